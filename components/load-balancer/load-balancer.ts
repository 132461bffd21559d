import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { unlessMade } from "../../hosts/host-configuration.js";
import { endpointOf } from "../../hosts/host.js";
import { rootCommand } from "../../hosts/root-command.js";
import { renderDrained } from "../../templates/haproxy/haproxy.js";
import { withDefaults, withDistribution } from "../arguments.js";
import { certifiedConfiguration } from "../certificates/host-certificate.js";
import { defaults } from "../defaults.js";
import type { LoadBalancerArgs } from "./args.js";
import { crlRefresh, loadBalancerState } from "./state.js";

/** How long a command may take that waits as many seconds itself. */
const timeoutFor = (seconds: number) => `${String(seconds + 300)}s`;

/**
 * HAProxy in front of the compilers: passes TCP through to the compiler with the fewest connections (leastconn).
 *
 * A member that leaves gets no new connections, and those that it has end by themselves: the deployment waits for them,
 * for as long as a catalog may take to compile. Pulumi deletes last, so the compiler's machine and its certificate, in the
 * same program or one that runs later, are still there until then.
 */
export class LoadBalancer extends pulumi.ComponentResource {
  /**
   * URL of the statistics page, with the host's address or a port that is forwarded there; Prometheus's metrics are at
   * `/metrics` on the same port. The certificate is of the CA, for the host's FQDN.
   */
  readonly statsUrl: pulumi.Output<string>;
  /** User name for the statistics page. */
  readonly statsUser: string = "admin";
  /** Password for the statistics page; secret. */
  readonly statsPassword: pulumi.Output<string>;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:LoadBalancer", name, {}, opts);
    const { statsPort, compileTimeout } = defaults;
    const argsWithDefaults = withDistribution(withDefaults(args, { statsPort, compileTimeout }));
    const { host } = argsWithDefaults;
    this.statsPassword = new random.RandomPassword(
      `${name}-stats-password`,
      { length: 24, special: false },
      { parent: this },
    ).result;
    this.statsUrl = pulumi.interpolate`https://${endpointOf(host, argsWithDefaults.statsPort)}/stats`;
    const configuration = certifiedConfiguration(
      name,
      {
        ...argsWithDefaults,
        state: loadBalancerState(argsWithDefaults, {
          user: this.statsUser,
          password: this.statsPassword,
        }),
        services: unlessMade(host, ["haproxy", `${crlRefresh}.timer`]),
      },
      this,
    );
    const deadline = argsWithDefaults.compileTimeout;
    rootCommand(
      `${name}-drained`,
      host,
      {
        create: "bash -s",
        stdin: pulumi
          .output(args.members)
          .apply((members) => pulumi.all(members))
          .apply((members) => renderDrained({ deadline, members })),
      },
      {
        parent: this,
        dependsOn: configuration,
        customTimeouts: { create: timeoutFor(deadline), update: timeoutFor(deadline) },
      },
    );
    this.registerOutputs();
  }
}
