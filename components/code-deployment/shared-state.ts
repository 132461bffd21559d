import type { Distribution } from "../../distributions/index.js";
import type { Host } from "../../hosts/host.js";
import {
  directoryOf,
  execOf,
  fileOf,
  packageOf,
  serviceOf,
  unitOf,
  type HostState,
} from "../../hosts/host-state.js";
import {
  codeDataFolder,
  codeFolder,
  codeUser,
  compilerUnits,
  flushUnits,
  renderAuthorizedKeys,
  renderCompilerSettings,
  renderKnownHosts,
  renderLibrary,
  renderSshConfig,
  renderSync,
} from "../../templates/code-deployment/code-deployment.js";
import type { ServerIdentity } from "./args.js";

/** Folder of the code that the scripts share. */
export const libraryFolder = "/usr/local/lib/puppet-code";
const syncScript = "/usr/local/sbin/puppet-code-sync";
/** Unit through which deploys have Puppet Server read its environments anew. */
export const flushSocket = "puppet-code-flush.socket";
/** Unit that catches up with the main server's code. */
export const syncTimer = "puppet-code-sync.timer";
/** Permissions of files and folders that the user that deploys may change. */
export const ownedByDeployer = { owner: codeUser, group: codeUser };

/** Folder of the environments on a server. */
export const environmentsOf = ({ paths }: Distribution) => `${paths.codedir}/environments`;

/** Every server: its folders, the unit that has environments read anew, and the way to other servers. */
export function servedCode(distribution: Distribution, host: Host): HostState {
  const { users, paths } = distribution;
  const environments = environmentsOf(distribution);
  return [
    ...["rsync", "curl", "openssh-client"].map(packageOf),
    directoryOf(codeDataFolder, ownedByDeployer),
    directoryOf(`${codeDataFolder}/published`, ownedByDeployer),
    // Not as a folder in Puppet's state: it belongs to Puppet's package, and only its owner changes.
    execOf(`let ${codeUser} deploy environments`, ["chown", `${codeUser}:`, environments], {
      unless: `test "$(stat --format %U ${environments})" = ${codeUser}`,
    }),
    ...sharedScripts(),
    ...unitOf(
      "puppet-code-flush@.service",
      flushUnits.service({ user: users.puppet, ssldir: paths.ssldir, fqdn: host.fqdn }),
    ),
    ...unitOf(flushSocket, flushUnits.socket(), { notify: `Service[${flushSocket}]` }),
    serviceOf(flushSocket),
  ];
}

/** What the scripts of every host share, and how they reach other hosts. */
export function sharedScripts(): HostState {
  return [
    directoryOf(libraryFolder),
    fileOf(`${libraryFolder}/puppet_code.rb`, renderLibrary()),
    fileOf(`${codeFolder}/.ssh/config`, renderSshConfig()),
  ];
}

/** Has a host fetch the code when the main server tells it to, and once at first. */
export function takenCode(
  { main, distribution }: { main: ServerIdentity; distribution: Distribution },
  host: Host,
  code: { environments: string; copy?: true },
): HostState {
  return [
    fileOf(
      `${codeFolder}/.ssh/authorized_keys`,
      main.publicKey.apply((key) => renderAuthorizedKeys(syncScript, [key])),
    ),
    fileOf(
      `${codeFolder}/.ssh/known_hosts`,
      main.hostKey.apply((hostKey) => renderKnownHosts([{ fqdn: main.host.fqdn, hostKey }])),
    ),
    fileOf(
      `${codeFolder}/settings.json`,
      renderCompilerSettings({
        name: host.name,
        fqdn: host.fqdn,
        ...code,
        main: main.host.fqdn,
      }),
    ),
    fileOf(syncScript, renderSync(distribution.paths), { mode: "0755" }),
    ...unitOf("puppet-code-sync.service", compilerUnits.syncService(code)),
    execOf("take the code for the first time", ["runuser", "--user", codeUser, "--", syncScript], {
      creates: `${codeDataFolder}/published/published.json`,
      timeout: 900,
    }),
  ];
}

/** Has a host catch up with deploys that it missed. */
export function catchingUp(): HostState {
  return [
    ...unitOf(syncTimer, compilerUnits.syncTimer(), { notify: `Service[${syncTimer}]` }),
    serviceOf(syncTimer),
  ];
}
