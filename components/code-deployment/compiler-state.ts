import { dirname } from "node:path/posix";
import type { Distribution } from "../../distributions/index.js";
import type { Host } from "../../hosts/host.js";
import {
  directoryOf,
  fileOf,
  serviceOf,
  turnedOff,
  unitOf,
  type HostState,
} from "../../hosts/host-state.js";
import {
  behindFile,
  codeUser,
  renderCandidate,
  renderCompile,
} from "../../templates/code-deployment/code-deployment.js";
import { compilerUnits } from "../../templates/code-deployment/units.js";
import { CodeGate, OldCode } from "../choices.js";
import type { CodeDeploymentWithDefaults } from "./args.js";
import {
  catchingUp,
  environmentsOf,
  libraryFolder,
  servedCode,
  takenCode,
} from "./shared-state.js";

/** Unit through which the main server has catalogs compiled from a release that is not published yet. */
export const compileSocket = "puppet-code-compile.socket";

/** Host state of a compiler, which fetches what the main server has published. */
export function compilerCodeState(args: CodeDeploymentWithDefaults, host: Host): HostState {
  const { distribution, behind, gate } = args;
  const dropIns = `/etc/systemd/system/${distribution.services.server}.service.d`;
  return [
    ...servedCode(distribution, host, [args.main]),
    // Before the compiler joins the pool, and so before any agent needs the code.
    directoryOf(dirname(behindFile), { owner: codeUser, group: codeUser }),
    ...takenCode(args, host, {
      environments: environmentsOf(distribution),
      leaves: behind === OldCode.Leave,
    }),
    directoryOf(dropIns),
    ...unitOf(`${distribution.services.server}.service.d/puppet-code.conf`, compilerUnits.server()),
    ...catchingUp(),
    ...(gate === CodeGate.Compile ? compiling(distribution) : turnedOff(compileSocket)),
  ];
}

/** Has a compiler compile catalogs from releases that are not published yet. */
function compiling(distribution: Distribution): HostState {
  const { paths, users } = distribution;
  const script = "/usr/local/sbin/puppet-code-compile";
  return [
    fileOf(`${libraryFolder}/candidate.rb`, renderCandidate()),
    fileOf(script, renderCompile({ ...paths, environments: environmentsOf(distribution) }), {
      mode: "0755",
    }),
    ...unitOf(
      "puppet-code-compile@.service",
      compilerUnits.compileService({
        user: users.puppet,
        gems: [paths.serverGems, ...paths.packagedServerGems],
        script,
      }),
    ),
    ...unitOf(compileSocket, compilerUnits.compileSocket(), {
      notify: `Service[${compileSocket}]`,
    }),
    serviceOf(compileSocket),
  ];
}
