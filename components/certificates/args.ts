import type * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";

/** What the infrastructure's hosts need to get their certificates. */
export interface AuthorityArgs {
  /** The main server's host, where a certificate is revoked when its host is removed. */
  mainHost: HostArgs;
  /** Where Puppet's packages come from, the same on all hosts; Debian's own by default. */
  distribution?: DistributionName;
  /** The CA's certificates, PEM; hosts trust them from their first connection. */
  caCertificate: pulumi.Input<string>;
  /** Key that the pre-shared key of each host is derived from; secret. Hosts themselves get only their own. */
  infrastructureKey: pulumi.Input<string>;
  /** Where the hosts' own agents get catalogs, if they run; by default from the main server, which refuses them. */
  puppetServer?: string;
}

/** What a host needs to get its certificate. */
export interface HostCertificateArgs extends AuthorityArgs {
  /** The host that the certificate is for. */
  host: HostArgs;
  /** Additional names that the host's certificate may have; none by default. */
  subjectAltNames?: string[];
}
