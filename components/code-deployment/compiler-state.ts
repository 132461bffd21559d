import type { Host } from "../../hosts/host.js";
import { directoryOf, execOf, serviceOf, unitOf, type HostState } from "../../hosts/host-state.js";
import { compilerUnits } from "../../templates/code-deployment/code-deployment.js";
import type { CodeDeploymentWithDefaults } from "./args.js";
import { catchingUp, environmentsOf, servedCode, takenCode } from "./shared-state.js";

/** Unit that answers the load balancer's checks. */
export const poolSocket = "puppet-code-pool.socket";

/** Host state of a compiler, which fetches what the main server has published. */
export function compilerCodeState(args: CodeDeploymentWithDefaults, host: Host): HostState {
  const { distribution, behind } = args;
  const dropIns = `/etc/systemd/system/${distribution.services.server}.service.d`;
  return [
    ...servedCode(distribution, host, [args.main]),
    // Before the compiler joins the pool, and so before any agent needs the code.
    ...takenCode(args, host, { environments: environmentsOf(distribution) }),
    directoryOf(dropIns),
    ...unitOf(`${distribution.services.server}.service.d/puppet-code.conf`, compilerUnits.server()),
    ...catchingUp(),
    ...(behind === "leave" ? poolAnswer() : noPoolAnswer()),
  ];
}

/** Has a compiler answer the load balancer, which checks whether its code is the latest. */
function poolAnswer(): HostState {
  return [
    ...unitOf("puppet-code-pool@.service", compilerUnits.poolService()),
    ...unitOf(poolSocket, compilerUnits.poolSocket(), {
      notify: `Service[${poolSocket}]`,
    }),
    serviceOf(poolSocket),
  ];
}

/** Turns the answers off: the load balancer does not check, or no longer does. */
function noPoolAnswer(): HostState {
  return [
    execOf("tell the balancer nothing", ["systemctl", "disable", "--now", poolSocket], {
      unless: `sh -c '! systemctl is-enabled --quiet ${poolSocket}'`,
    }),
  ];
}
