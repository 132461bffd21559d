import type * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";
import type { ForemanPackagesArgs } from "../foreman/args.js";

/** Arguments of {@link SmartProxy}. */
export interface SmartProxyArgs {
  /** The main server's host, with the CA. */
  main: HostArgs;
  /** Where Puppet's packages come from; Debian's own by default. */
  distribution?: DistributionName;
  /** Foreman's address, `https://NAME` or `https://NAME:PORT`. */
  foremanUrl: string;
  /** The CA's certificates, PEM. */
  caCertificate: pulumi.Input<string>;
  /** CA certificates, PEM, that verify Foreman's certificate, and no others do; the environment's CA by default. */
  foremanCaCertificate?: pulumi.Input<string> | undefined;
  /** Where its package comes from; Foreman's own repository by default. */
  packages?: ForemanPackagesArgs | undefined;
  /** Foreman release that it belongs to, such as `5.0`, which is the default. */
  version?: string;
}
