import * as pulumi from "@pulumi/pulumi";
import { unlessMade } from "../../hosts/host-configuration.js";
import { withDefaults, withDistribution } from "../arguments.js";
import { certifiedConfiguration } from "../certificates/host-certificate.js";
import { defaults } from "../defaults.js";
import { limitsUnit } from "../connection-limits/state.js";
import { revokedConnectionsUnit } from "../revoked-connections/state.js";
import type { CompilerArgs } from "./args.js";
import { compilerState, crlRefresh } from "./state.js";

/** A Puppet Server without a CA: it compiles catalogs and serves files. Removing it revokes its certificate. */
export class Compiler extends pulumi.ComponentResource {
  constructor(name: string, args: CompilerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:Compiler", name, {}, opts);
    const argsWithDefaults = withDistribution(
      withDefaults(args, { deployedCode: false, fileBucket: defaults.fileBucket }),
    );
    const { host, distribution } = argsWithDefaults;

    certifiedConfiguration(
      name,
      {
        ...argsWithDefaults,
        state: compilerState(argsWithDefaults),
        services: unlessMade(host, [
          distribution.services.server,
          `${crlRefresh}.timer`,
          revokedConnectionsUnit,
          limitsUnit,
        ]),
      },
      this,
    );
    this.registerOutputs();
  }
}
