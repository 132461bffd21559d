import * as pulumi from "@pulumi/pulumi";
import { unlessMade } from "../../hosts/host-configuration.js";
import { withDefaults, withDistribution } from "../arguments.js";
import { certifiedConfiguration } from "../certificates/host-certificate.js";
import { defaults } from "../defaults.js";
import { limitsUnit } from "../connection-limits/state.js";
import { revokedConnectionsUnit } from "../revoked-connections/state.js";
import type { CompilerArgs } from "./args.js";
import { poolProgram } from "../../templates/compiler-pool/compiler-pool.js";
import { reportsService } from "../../templates/reports/reports.js";
import { Rollout, rolloutOf } from "../rollout/rollout.js";
import { answerSocket } from "./pool-state.js";
import { compilerState, crlRefresh } from "./state.js";

/** A Puppet Server without a CA: it compiles catalogs and serves files. Removing it revokes its certificate. */
export class Compiler extends pulumi.ComponentResource {
  constructor(name: string, args: CompilerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:Compiler", name, {}, opts);
    const argsWithDefaults = withDistribution(
      withDefaults(args, { deployedCode: false, fileBucket: defaults.fileBucket }),
    );
    const { host, distribution } = argsWithDefaults;
    const { maxUnavailable, drainTimeout } = withDefaults(args.rollout ?? {}, defaults.rollout);
    const service = distribution.services.server;
    const rollout = rolloutOf(host) ?? new Rollout(maxUnavailable, 1);

    const { run } = certifiedConfiguration(
      name,
      {
        ...argsWithDefaults,
        state: compilerState({ ...argsWithDefaults, drainTimeout }),
        rolls: {
          ...{ service, program: poolProgram, drainTimeout },
          hooks: (command) => rollout.hooks(name, command),
        },
        services: unlessMade(host, [
          distribution.services.server,
          reportsService,
          `${crlRefresh}.timer`,
          answerSocket,
          revokedConnectionsUnit,
          limitsUnit,
        ]),
      },
      this,
    );
    configured.set(this, run);
    this.registerOutputs();
  }
}

/** The command that configures each compiler. Not in the class: the schema treats each of its properties as an output. */
const configured = new WeakMap<Compiler, pulumi.Resource>();

/** The command that configures a compiler. */
export function configurationOf(compiler: Compiler): pulumi.Resource {
  const run = configured.get(compiler);
  if (run === undefined) throw new Error("The compiler has not been constructed.");
  return run;
}
