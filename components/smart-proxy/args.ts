import type * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";
import type { ForemanPackagesArgs } from "../foreman/args.js";

/** What a {@link SmartProxy} takes. */
export interface SmartProxyArgs {
  /** Host of the main server, with the CA. */
  main: HostArgs;
  /** Where the packages of Puppet come from; Debian's own by default. */
  distribution?: DistributionName;
  /** Address of Foreman, `https://NAME` or `https://NAME:PORT`. */
  foremanUrl: string;
  /** The CA's certificates, PEM. */
  caCertificate: pulumi.Input<string>;
  /** Certificates, PEM, that verify Foreman's; those of the CA by default. */
  foremanCaCertificate?: pulumi.Input<string> | undefined;
  /** Where its package comes from. */
  packages?: ForemanPackagesArgs | undefined;
  /** Release of Foreman that it belongs to, such as `5.0`, which is the default. */
  version?: string;
}
