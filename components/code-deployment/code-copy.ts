import * as pulumi from "@pulumi/pulumi";
import { HostConfiguration, unlessMade } from "../../hosts/host-configuration.js";
import { withDistribution } from "../arguments.js";
import type { CodeCopyArgs } from "./args.js";
import { codeCopyState } from "./copy-state.js";
import { syncTimer } from "./shared-state.js";

/**
 * The deployed code on a host that serves no agents. Like a compiler, the host fetches it when the main server notifies
 * it, and checks every 45 seconds in case it missed a notification. It is a separate component so that nothing that
 * agents need waits for it.
 */
export class CodeCopy extends pulumi.ComponentResource {
  constructor(name: string, args: CodeCopyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:CodeCopy", name, {}, opts);
    const { main, copy, distribution } = withDistribution(args);
    const { host } = copy;
    new HostConfiguration(
      `${host.name}-code`,
      {
        host,
        distribution,
        state: codeCopyState({ main, distribution }, host),
        services: unlessMade(host, [syncTimer]),
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
