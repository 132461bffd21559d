import * as pulumi from "@pulumi/pulumi";
import { HostConfiguration, unlessMade } from "../../hosts/host-configuration.js";
import { reportsService } from "../../templates/reports/reports.js";
import { withDefaults, withDistribution } from "../arguments.js";
import { CaCertificate } from "../certificate-authority/ca-certificate.js";
import { limitsUnit } from "../connection-limits/state.js";
import { revokedConnectionsUnit } from "../revoked-connections/state.js";
import type { MainServerArgs } from "./args.js";
import { mainServerState } from "./state.js";

/** The main Puppet server: the one with the certificate authority (CA). */
export class MainServer extends pulumi.ComponentResource {
  /** The CA's certificates, available once the server runs. */
  readonly caCertificate: CaCertificate;

  constructor(name: string, args: MainServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:MainServer", name, {}, opts);
    const argsWithDefaults = withDistribution(
      withDefaults(args, { deployedCode: false, smartProxy: false, controlRepository: false }),
    );
    const { host, distribution } = argsWithDefaults;
    const configuration = new HostConfiguration(
      `${name}-configuration`,
      {
        host,
        distribution,
        state: mainServerState(argsWithDefaults),
        services: unlessMade(host, [
          distribution.services.server,
          reportsService,
          revokedConnectionsUnit,
          limitsUnit,
        ]),
      },
      { parent: this },
    );
    this.caCertificate = new CaCertificate(
      `${name}-ca-certificate`,
      { host, distribution: distribution.name },
      { parent: this, dependsOn: configuration },
    );
    this.registerOutputs();
  }
}
