import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";
import type { CertificateAuthority } from "../certificate-authority/certificate-authority.js";
import type { ForemanClientArgs } from "../foreman/args.js";
import type { SizingArgs } from "../puppet-server/args.js";
import type { PuppetDbClientArgs } from "../puppetdb/args.js";

/** What a {@link MainServer} takes. */
export interface MainServerArgs {
  /** The host that becomes the main server. */
  host: HostArgs;
  /** Where the packages of Puppet come from; Debian's own by default. */
  distribution?: DistributionName;
  /** The authority that this server runs. */
  authority: CertificateAuthority;
  /** Name under which all hosts reach the CA. */
  caServer: string;
  /** Further names of its certificate; the CA's service name among them. */
  subjectAltNames: string[];
  /** Workers and memory; computed from the host by default. */
  sizing?: SizingArgs;
  /** MiB of the host's memory that other services on it need; 0 by default. */
  reservedMemory?: number;
  /** How it reaches PuppetDB; without it, there is none. */
  puppetdb?: PuppetDbClientArgs;
  /** How it reaches Foreman; without it, there is none. */
  foreman?: ForemanClientArgs | undefined;
  /** Whether a smart proxy on it serves Foreman; false by default. */
  smartProxy?: boolean;
  /** Whether code deployment keeps the environments; false by default. */
  deployedCode?: boolean;
}
