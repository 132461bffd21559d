import type { Distribution } from "../../distributions/index.js";
import type { Host } from "../../hosts/host.js";
import { directoryOf, packageOf, type HostState } from "../../hosts/host-state.js";
import { codeDataFolder } from "../../templates/code-deployment/code-deployment.js";
import type { ServerIdentity } from "./args.js";
import { catchingUp, ownedByDeployer, sharedScripts, takenCode } from "./shared-state.js";

/** Folder of the environments on a host that serves no agents, where Puppet's packages create none. */
export const copiedEnvironments = `${codeDataFolder}/environments`;

/** Host state of a host that serves no agents: it has the same code, for people to read. */
export function codeCopyState(
  args: { main: ServerIdentity; distribution: Distribution },
  host: Host,
): HostState {
  return [
    ...["rsync", "openssh-client"].map(packageOf),
    directoryOf(codeDataFolder, ownedByDeployer),
    directoryOf(`${codeDataFolder}/published`, ownedByDeployer),
    directoryOf(copiedEnvironments, ownedByDeployer),
    ...sharedScripts(),
    ...takenCode(args, host, { environments: copiedEnvironments, copy: true }),
    ...catchingUp(),
  ];
}
