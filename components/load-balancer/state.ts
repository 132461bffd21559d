import * as pulumi from "@pulumi/pulumi";
import { commandAs } from "../../hosts/as-user.js";
import { execOf, fileOf, packageOf, unitOf, type HostState } from "../../hosts/host-state.js";
import { renderCrlTake } from "../../templates/crl/crl.js";
import {
  frozenFile,
  noState,
  renderFrozen,
  renderHaproxyConf,
  renderHaproxyState,
  stateFile,
} from "../../templates/haproxy/haproxy.js";
import { agentsPort } from "../../templates/puppetserver/puppetserver.js";
import type { WithDistribution } from "../arguments.js";
import { agentCertificate } from "../certificates/files.js";
import {
  refreshScript,
  revocationListScript,
  revocationListTimer,
} from "../certificates/revocation-list.js";
import { hostCertificateState } from "../certificates/state.js";
import {
  certificateCopies,
  haproxyConf,
  haproxyNotify,
  haproxyReload,
  haproxyService,
} from "../haproxy/state.js";
import type { LoadBalancerArgs } from "./args.js";

/** Files with the CA's certificates and CRLs, on the load balancer's host. */
export const caFile = "/etc/haproxy/puppet-ca.pem";
export const crlFile = "/etc/haproxy/puppet-crl.pem";
const crlTake = "/usr/local/sbin/haproxy-crl-take";
const certificate = "/etc/haproxy/tls/host.pem";

/** Name of the script and units that fetch the CRL. */
export const crlRefresh = "haproxy-crl-refresh";

/** Host state of HAProxy as the compilers' load balancer, from its host's certificate for the statistics page. */
export function loadBalancerState(
  args: WithDistribution<LoadBalancerArgs> & { statsPort: number; compileTimeout: number },
  stats: { user: string; password: pulumi.Output<string> },
): HostState {
  const { host, distribution, puppetServer, compileTimeout, statsPort } = args;
  const configuration = pulumi.all([stats.password, args.members]).apply(([password, members]) =>
    renderHaproxyConf({
      serverName: puppetServer,
      caFile,
      crlFile,
      compileTimeout,
      ipv6: host.ipv6 ?? false,
      members,
      stats: { port: statsPort, certificate, user: stats.user, password },
    }),
  );
  const notify = haproxyNotify;
  const user = distribution.users.agent;
  const list = `${distribution.paths.ssldir}/crl.pem`;
  return [
    ...hostCertificateState(args),
    packageOf("haproxy"),
    ...certificateCopies(certificate, agentCertificate(distribution, host.fqdn)),
    fileOf(caFile, args.caCertificate, { notify }),
    // To look into it, and at its connections.
    ...["socat", "iproute2"].map(packageOf),
    ...revocationListScript({ name: crlRefresh, list, caFile, caServer: args.caServer }),
    fileOf(
      crlTake,
      renderCrlTake({
        ...{ list: crlFile, source: list, user },
        ...{ service: "haproxy", reload: haproxyReload },
      }),
      { mode: "0755" },
    ),
    execOf(
      "take the revocation list for HAProxy",
      ["sh", "-c", `${commandAs(user, refreshScript(crlRefresh))} && ${crlTake}`],
      { creates: crlFile },
    ),
    fileOf(stateFile, `${noState}\n`, { mode: "0600", replace: false }),
    fileOf(frozenFile, renderFrozen(), { notify }),
    haproxyConf("/etc/haproxy/haproxy.cfg", configuration, {
      mode: "0600",
      sensitive: true,
      notify,
    }),
    ...haproxyService([agentsPort, statsPort]),
    // Without a notification: it takes effect at the next stop.
    ...unitOf("haproxy.service.d/state.conf", renderHaproxyState()),
    ...revocationListTimer({ name: crlRefresh, user, apply: crlTake }),
  ];
}
