import type * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";

/** Arguments of {@link CertificateAuthority}. */
export interface CertificateAuthorityArgs {
  /** Where Puppet's packages come from; Debian's own by default. */
  distribution?: DistributionName;
  /** Subject of the issuing CA; the root CA's subject is the same with `root` at the end. */
  caName: string;
  /** Service names, short and fully qualified: servers may have them as SANs, and nobody as a certificate name. */
  serviceNames: string[];
  /** Additional names in the main server's own certificate. */
  subjectAltNames: string[];
  /** FQDNs and short names of the infrastructure's hosts: no agent gets them. */
  infrastructure: string[];
  /**
   * FQDNs of those hosts that request their certificates from this CA, now or later. A certificate that somebody else
   * has under the name of a new host is revoked before any server accepts the host.
   */
  hosts: string[];
  /**
   * Names of servers that are trusted but not set up here: no agent gets a certificate of such a name, and a deployment
   * stops if an agent may already have one. None by default.
   */
  trusted?: pulumi.Input<string[]>;
}

/** Arguments of {@link CaCertificate}. */
export interface CaCertificateArgs {
  /** The main server's host. */
  host: HostArgs;
  /** Where Puppet's packages come from; Debian's own by default. */
  distribution?: DistributionName;
}
