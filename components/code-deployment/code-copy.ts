import * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import { HostConfiguration, unlessMade } from "../../hosts/host-configuration.js";
import { withDistribution } from "../arguments.js";
import type { ServerIdentity } from "./code-deployment.js";
import { copiedCode, syncTimer } from "./state.js";

/** What a {@link CodeCopy} takes. */
export interface CodeCopyArgs {
  /** The main server, where the code comes from; its `CodeDeployment` has this host among its `copies`. */
  main: ServerIdentity;
  /** The host that gets it. */
  copy: ServerIdentity;
  /** Where the packages of Puppet come from; Debian's own by default. */
  distribution?: DistributionName;
}

/**
 * The deployed code on a host that serves no agents, as compilers have it: at the main server's word, and every 45
 * seconds for who missed that. By itself, so that nothing which agents need waits for it.
 */
export class CodeCopy extends pulumi.ComponentResource {
  constructor(name: string, args: CodeCopyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:CodeCopy", name, {}, opts);
    const given = withDistribution(args);
    const { host } = given.copy;
    new HostConfiguration(
      `${host.name}-code`,
      {
        host,
        distribution: given.distribution,
        state: copiedCode(given, host),
        services: unlessMade(host, [syncTimer]),
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
