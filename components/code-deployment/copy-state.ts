import type { Distribution } from "../../distributions/index.js";
import type { Host } from "../../hosts/host.js";
import { commandAs } from "../../hosts/as-user.js";
import { directoryOf, execOf, packageOf, type HostState } from "../../hosts/host-state.js";
import { codeDataFolder, codeUser } from "../../templates/code-deployment/code-deployment.js";
import type { ServerIdentity } from "./args.js";
import { catchingUp, codeData, sharedScripts, takenCode } from "./shared-state.js";

/**
 * Folder of the environments on a host that serves no agents, where Puppet's packages create none. Only root can replace
 * it, because a container mounts it.
 */
export const copiedEnvironments = `${codeDataFolder}-environments`;

/** Host state of a host that serves no agents: it has the same code, for people to read. */
export function codeCopyState(
  args: { main: ServerIdentity; distribution: Distribution },
  host: Host,
): HostState {
  return [
    ...["rsync", "openssh-client"].map(packageOf),
    // The group of the container with HDM: its root has no right to read what is others'.
    ...codeData("root"),
    directoryOf(copiedEnvironments, { owner: codeUser, group: codeUser }),
    ...sharedScripts([args.main]),
    ...takenCode(args, host, { environments: copiedEnvironments, copy: true }),
    ...catchingUp(),
    // Where an earlier version had them.
    execOf(
      "remove the environments from the code's folder",
      ["sh", "-c", commandAs(codeUser, `rm -rf ${codeDataFolder}/environments`)],
      { unless: `test ! -e ${codeDataFolder}/environments` },
    ),
  ];
}
