import * as pulumi from "@pulumi/pulumi";
import { HostConfiguration, unlessMade } from "../../hosts/host-configuration.js";
import { withDefaults, withDistribution } from "../arguments.js";
import { hostCertificate } from "../certificates/host-certificate.js";
import type { CompilerArgs } from "./args.js";
import { compilerState, crlRefresh } from "./state.js";

/** A Puppet Server without a CA: it compiles catalogs and serves files. Removing it revokes its certificate. */
export class Compiler extends pulumi.ComponentResource {
  constructor(name: string, args: CompilerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:Compiler", name, {}, opts);
    const argsWithDefaults = withDistribution(withDefaults(args, { deployedCode: false }));
    const { host, distribution } = argsWithDefaults;

    const certificate = hostCertificate(`${name}-certificate`, argsWithDefaults, this);
    new HostConfiguration(
      `${name}-configuration`,
      {
        host,
        distribution,
        state: compilerState(argsWithDefaults),
        services: unlessMade(host, [distribution.services.server, `${crlRefresh}.timer`]),
      },
      { parent: this, dependsOn: certificate },
    );
    this.registerOutputs();
  }
}
