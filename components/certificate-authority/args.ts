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
  /** FQDNs and short names of the infrastructure's hosts: signed only in requests with the infrastructure's key. */
  infrastructure: string[];
}

/** Arguments of {@link CaCertificate}. */
export interface CaCertificateArgs {
  /** The main server's host. */
  host: HostArgs;
  /** Where Puppet's packages come from; Debian's own by default. */
  distribution?: DistributionName;
}
