import type * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";

/** What hosts of the infrastructure need to get their certificates. */
export interface AuthorityArgs {
  /** Host of the main server, where a certificate is revoked when its host is removed. */
  mainHost: HostArgs;
  /** Where the packages of Puppet come from, the same on all hosts; Debian's own by default. */
  distribution?: DistributionName;
  /** The CA's certificates, PEM: trusted from the first connection on. */
  caCertificate: pulumi.Input<string>;
  /** The key that gets an infrastructure host's certificate signed; a secret. */
  infrastructureKey: pulumi.Input<string>;
}

/** What a host of the infrastructure needs to get its certificate. */
export interface HostCertificateArgs extends AuthorityArgs {
  /** The host the certificate is for. */
  host: HostArgs;
}
