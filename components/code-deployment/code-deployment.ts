import * as pulumi from "@pulumi/pulumi";
import { HostConfiguration } from "../../hosts/host-configuration.js";
import { oneOf, withDefaults, withDistribution } from "../arguments.js";
import { CodeGate, OldCode } from "../choices.js";
import { defaults } from "../defaults.js";
import type { CodeDeploymentArgs } from "./args.js";
import { compilerCodeState, compileSocket } from "./compiler-state.js";
import { mainCodeState } from "./main-state.js";
import { usedSocket } from "./used-state.js";
import { flushSocket, syncTimer } from "./shared-state.js";

/**
 * Code on every server: r10k or g10k runs on the main server, in a folder that is not served. A complete result is
 * published as a release, which never changes; the main server and all compilers switch to it atomically, at the same
 * time. So every server has the same code, no catalog is compiled from half a deploy, a failed deploy changes nothing,
 * and Git and the Forge are queried once, however many compilers there are. Running the tool on each compiler would
 * give none of this.
 *
 * The main server notifies compilers over SSH, with a key that can do nothing else; they fetch with rsync over SSH,
 * with keys that can only read published code. A compiler that missed a deploy fetches it by itself: before its Puppet
 * Server starts, and every 45 seconds. All host keys are pinned.
 */
export class CodeDeployment extends pulumi.ComponentResource {
  constructor(name: string, args: CodeDeploymentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:CodeDeployment", name, {}, opts);
    const argsWithDefaults = withDistribution(
      withDefaults(args, {
        ...defaults.codeDeployment,
        ...{ postRun: [], copies: [], puppetdbUrls: [], noProxy: [], credentials: {} },
      }),
    );
    const { main, compilers, distribution } = argsWithDefaults;
    oneOf("behind", argsWithDefaults.behind, OldCode);
    oneOf("gate", argsWithDefaults.gate, CodeGate);
    const configuration = new HostConfiguration(
      `${main.host.name}-code`,
      {
        host: main.host,
        distribution,
        state: mainCodeState(argsWithDefaults),
        services: ["puppet-code-all.timer", "puppet-code-deploy.path", flushSocket, usedSocket],
      },
      { parent: this },
    );
    for (const { host } of compilers) {
      new HostConfiguration(
        `${host.name}-code`,
        {
          host,
          distribution,
          state: compilerCodeState(argsWithDefaults, host),
          services: [syncTimer, compileSocket, flushSocket],
        },
        // A compiler gets its first code from the main server.
        { parent: this, dependsOn: configuration },
      );
    }
    this.registerOutputs();
  }
}
