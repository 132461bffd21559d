import * as pulumi from "@pulumi/pulumi";
import { fileOf, packageOf, type HostState } from "../../hosts/host-state.js";
import { renderHaproxyConf } from "../../templates/haproxy/haproxy.js";
import { haproxyConf, haproxyNotify, haproxyService } from "../haproxy/state.js";
import type { LoadBalancerArgs } from "./args.js";

const caFile = "/etc/haproxy/puppet-ca.pem";

/** Host state of HAProxy as the compilers' load balancer. */
export function loadBalancerState(
  args: LoadBalancerArgs & { statsPort: number; compileTimeout: number },
  stats: { user: string; password: pulumi.Output<string> },
): HostState {
  const { puppetServer, compileTimeout, agentPort, statsPort } = args;
  const configuration = pulumi.all([stats.password, args.members]).apply(([password, members]) =>
    renderHaproxyConf({
      serverName: puppetServer,
      caFile,
      compileTimeout,
      members,
      agentPort,
      stats: { port: statsPort, user: stats.user, password },
    }),
  );
  const notify = haproxyNotify;
  return [
    packageOf("haproxy"),
    fileOf(caFile, args.caCertificate, { notify }),
    haproxyConf("/etc/haproxy/haproxy.cfg", configuration, {
      mode: "0600",
      sensitive: true,
      notify,
    }),
    packageOf("socat"),
    ...haproxyService(),
  ];
}
