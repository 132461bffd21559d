import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { DistributionName } from "../../distributions/index.js";
import { HostConfiguration, unlessMade } from "../../hosts/host-configuration.js";
import { endpointOf, type HostArgs } from "../../hosts/host.js";
import { fileOf, packageOf, serviceOf } from "../../hosts/host-state.js";
import { renderHaproxyConf, renderHaproxyReload } from "../../templates/haproxy/haproxy.js";
import { withDistribution, withDefaults } from "../arguments.js";
import type { PoolMember } from "../compiler/compiler-pool.js";
import { defaults } from "../defaults.js";

/** What a {@link LoadBalancer} takes. */
export interface LoadBalancerArgs {
  /** The host that HAProxy runs on. */
  host: HostArgs;
  /** Where the packages of Puppet come from; Debian's own by default. */
  distribution?: DistributionName;
  /** Name that agents connect to; the members' certificates carry it. */
  puppetServer: string;
  /** The CA's certificates, PEM: a member's health is asked over verified TLS. */
  caCertificate: pulumi.Input<string>;
  /** The compilers, `members` of a CompilerPool; let the balancer depend on the pool, so that they serve already. */
  members: pulumi.Input<pulumi.Input<PoolMember>[]>;
  /** TCP port on which members tell whether their code is the newest; without it they are not asked. */
  agentPort?: number | undefined;
  /** TCP port of the statistics page; 8404 by default. */
  statsPort?: number;
  /** Seconds a catalog may take to compile, 900 by default; shorter time-outs would cut it off. */
  compileTimeout?: number;
}

/** HAProxy before the compilers: passes TCP through, to the compiler with the fewest connections. */
export class LoadBalancer extends pulumi.ComponentResource {
  /** The statistics page; `/metrics` beside it is for Prometheus. */
  readonly statsUrl: pulumi.Output<string>;
  /** Name for the statistics page. */
  readonly statsUser: string = "admin";
  /** Password for the statistics page; secret. */
  readonly statsPassword: pulumi.Output<string>;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:LoadBalancer", name, {}, opts);
    const { statsPort, compileTimeout } = defaults;
    const given = withDistribution(withDefaults(args, { statsPort, compileTimeout }));
    this.statsPassword = new random.RandomPassword(
      `${name}-stats-password`,
      { length: 24, special: false },
      { parent: this },
    ).result;
    this.statsUrl = pulumi.interpolate`http://${endpointOf(given.host, given.statsPort)}/stats`;

    const caFile = "/etc/haproxy/puppet-ca.pem";
    const configuration = pulumi
      .all([this.statsPassword, given.members])
      .apply(([password, members]) =>
        renderHaproxyConf({
          serverName: given.puppetServer,
          caFile,
          compileTimeout: given.compileTimeout,
          members,
          agentPort: given.agentPort,
          stats: { port: given.statsPort, user: this.statsUser, password },
        }),
      );
    const reload = "/usr/local/sbin/haproxy-reload";
    const notify = "Service[haproxy]";
    new HostConfiguration(
      `${name}-configuration`,
      {
        host: given.host,
        distribution: given.distribution,
        state: [
          packageOf("haproxy"),
          fileOf(caFile, args.caCertificate, { notify }),
          // Without -q: the error Puppet shows is what HAProxy says.
          fileOf("/etc/haproxy/haproxy.cfg", configuration, {
            mode: "0600",
            validate_cmd: "/usr/sbin/haproxy -c -f %",
            notify,
            sensitive: true,
          }),
          packageOf("socat"),
          fileOf(reload, renderHaproxyReload(), { mode: "0755" }),
          // Connections outlive a reload; a restart would cut them.
          serviceOf("haproxy", { restart: reload }),
        ],
        services: unlessMade(args.host, ["haproxy"]),
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
