import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { HostConfiguration, unlessMade } from "../../hosts/host-configuration.js";
import { endpointOf } from "../../hosts/host.js";
import { withDefaults, withDistribution } from "../arguments.js";
import { defaults } from "../defaults.js";
import type { LoadBalancerArgs } from "./args.js";
import { loadBalancerState } from "./state.js";

/** HAProxy in front of the compilers: passes TCP through to the compiler with the fewest connections (leastconn). */
export class LoadBalancer extends pulumi.ComponentResource {
  /** URL of the statistics page; Prometheus's metrics are at `/metrics` on the same port. */
  readonly statsUrl: pulumi.Output<string>;
  /** User name for the statistics page. */
  readonly statsUser: string = "admin";
  /** Password for the statistics page; secret. */
  readonly statsPassword: pulumi.Output<string>;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:LoadBalancer", name, {}, opts);
    const { statsPort, compileTimeout } = defaults;
    const argsWithDefaults = withDefaults(args, { statsPort, compileTimeout });
    const { host, distribution } = withDistribution(argsWithDefaults);
    this.statsPassword = new random.RandomPassword(
      `${name}-stats-password`,
      { length: 24, special: false },
      { parent: this },
    ).result;
    this.statsUrl = pulumi.interpolate`http://${endpointOf(host, argsWithDefaults.statsPort)}/stats`;
    new HostConfiguration(
      `${name}-configuration`,
      {
        host,
        distribution,
        state: loadBalancerState(argsWithDefaults, {
          user: this.statsUser,
          password: this.statsPassword,
        }),
        services: unlessMade(host, ["haproxy"]),
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
