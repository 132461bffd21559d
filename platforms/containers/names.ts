/** Podman's names for an environment; containers and network also have the environment as label `pulumi-puppet`. */
export const podmanNames = {
  network: (environment: string) => `pulumi-puppet-${environment}`,
  container: (environment: string, host: string) => `pulumi-puppet-${environment}-${host}`,
};
