import type { Host } from "../../hosts/host.js";
import { directoryOf, execOf, serviceOf, unitOf, type HostState } from "../../hosts/host-state.js";
import { compilerUnits } from "../../templates/code-deployment/code-deployment.js";
import type { CodeDeploymentWithDefaults } from "./args.js";
import { catchingUp, environmentsOf, servedCode, takenCode } from "./shared-state.js";

/** Unit that answers the balancer. */
export const poolSocket = "puppet-code-pool.socket";

/** A compiler: fetches what the main server has published. */
export function compilerCodeState(args: CodeDeploymentWithDefaults, host: Host): HostState {
  const { distribution, behind } = args;
  const dropIns = `/etc/systemd/system/${distribution.services.server}.service.d`;
  return [
    ...servedCode(distribution, host),
    // Before the compiler is in the pool, and so before any agent asks for it.
    ...takenCode(args, host, { environments: environmentsOf(distribution) }),
    directoryOf(dropIns),
    ...unitOf(`${distribution.services.server}.service.d/puppet-code.conf`, compilerUnits.server()),
    ...catchingUp(),
    ...(behind === "leave" ? poolAnswer() : noPoolAnswer()),
  ];
}

/** The balancer asks each compiler whether its code is the newest. */
function poolAnswer(): HostState {
  return [
    ...unitOf("puppet-code-pool@.service", compilerUnits.poolService()),
    ...unitOf(poolSocket, compilerUnits.poolSocket(), {
      notify: `Service[${poolSocket}]`,
    }),
    serviceOf(poolSocket),
  ];
}

/** The balancer does not ask, or no longer does. */
function noPoolAnswer(): HostState {
  return [
    execOf("tell the balancer nothing", ["systemctl", "disable", "--now", poolSocket], {
      unless: `sh -c '! systemctl is-enabled --quiet ${poolSocket}'`,
    }),
  ];
}
