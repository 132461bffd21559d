import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";

/** What a {@link CertificateAuthority} takes. */
export interface CertificateAuthorityArgs {
  /** Where the packages of Puppet come from; Debian's own by default. */
  distribution?: DistributionName;
  /** Subject of the CA that signs; the root above it is called the same and ends in `root`. */
  caName: string;
  /** Names under which servers are reached, short and full: SANs of servers, and certificate names of nobody. */
  serviceNames: string[];
  /** Further names of the main server's own certificate. */
  subjectAltNames: string[];
  /** Every host of the infrastructure by its full and its short name: only the infrastructure's key gets these names signed. */
  infrastructure: string[];
}

/** What a {@link CaCertificate} takes. */
export interface CaCertificateArgs {
  /** The main server's host. */
  host: HostArgs;
  /** Where the packages of Puppet come from; Debian's own by default. */
  distribution?: DistributionName;
}
