/** Names of what Podman holds for an environment; containers and network also carry it as label `pulumi-puppet`. */
export const podmanNames = {
  network: (environment: string) => `pulumi-puppet-${environment}`,
  container: (environment: string, host: string) => `pulumi-puppet-${environment}-${host}`,
};
