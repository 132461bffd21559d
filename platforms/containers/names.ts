/** Names of what Podman holds for an environment; containers and network also carry it as label `pulumi-puppet`. */
export const podmanNames = {
  network: (environment: string) => `pulumi-puppet-${environment}`,
  container: (environment: string, host: string) => `pulumi-puppet-${environment}-${host}`,
  /** The base image, shared by the environments of a machine. */
  image: "localhost/pulumi-puppet-base:1",
};
