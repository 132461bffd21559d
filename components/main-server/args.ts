import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";
import type { CertificateAuthority } from "../certificate-authority/certificate-authority.js";
import type { ForemanClientArgs } from "../foreman/args.js";
import type { CodeNeeds, SizingArgs } from "../puppet-server/args.js";
import type { PuppetDbClientArgs } from "../puppetdb/args.js";
import type { ReportsArgs } from "../reports/args.js";

/** Arguments of {@link MainServer}. */
export interface MainServerArgs extends CodeNeeds {
  /** The host that becomes the main server. */
  host: HostArgs;
  /** Where Puppet's packages come from; Debian's own by default. */
  distribution?: DistributionName;
  /** The CA that this server runs. */
  authority: CertificateAuthority;
  /** Name under which all hosts connect to the CA. */
  caServer: string;
  /** Additional names in its certificate, including the CA's service name. */
  subjectAltNames: string[];
  /** Workers and memory; computed from the host's size by default. */
  sizing?: SizingArgs;
  /** MiB of the host's memory that other services on it need; 0 by default. */
  reservedMemory?: number;
  /** How it connects to PuppetDB; without it, it uses none. */
  puppetdb?: PuppetDbClientArgs;
  /** How it connects to Foreman; without it, it uses none. */
  foreman?: ForemanClientArgs | undefined;
  /** How long it keeps reports that PuppetDB or Foreman does not take; up to 1024 MiB and 7 days by default. */
  reports?: ReportsArgs;
  /** Whether it runs a smart proxy for Foreman; false by default. */
  smartProxy?: boolean;
  /** Whether code deployment manages the environments; false by default. */
  deployedCode?: boolean;
  /**
   * Whether it is to have a {@link ControlRepository}, whose sample code other servers then get: it refuses environments
   * of a site's own; false by default.
   */
  controlRepository?: boolean;
}
