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

/** Folder of the Ruby code that the scripts share. */
export const libraryFolder = "/usr/local/lib/puppet-code";
const syncScript = "/usr/local/sbin/puppet-code-sync";
/** Unit through which a deploy has Puppet Server reload its environments. */
export const flushSocket = "puppet-code-flush.socket";
/** Unit that fetches the main server's latest code. */
export const syncTimer = "puppet-code-sync.timer";
/** Permissions of files and folders that the deploying user may change. */
export const ownedByDeployer = { owner: codeUser, group: codeUser };

/** Folder of the environments on a server. */
export const environmentsOf = ({ paths }: Distribution) => `${paths.codedir}/environments`;

/** Host state of every server: its folders, the unit that has environments reloaded, and access to other servers. */
export function servedCode(distribution: Distribution, host: Host): HostState {
  const { users, paths } = distribution;
  const environments = environmentsOf(distribution);
  return [
    ...["rsync", "curl", "openssh-client"].map(packageOf),
    directoryOf(codeDataFolder, ownedByDeployer),
    directoryOf(`${codeDataFolder}/published`, ownedByDeployer),
    // Not as a folder of the host's state: Puppet's package owns it, and only its owner changes.
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

/** What the scripts of every host share, and how they connect to other hosts. */
export function sharedScripts(): HostState {
  return [
    directoryOf(libraryFolder),
    fileOf(`${libraryFolder}/puppet_code.rb`, renderLibrary()),
    fileOf(`${codeFolder}/.ssh/config`, renderSshConfig()),
  ];
}

/** Has a host fetch the code now, and whenever the main server notifies it. */
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

/** Has a host fetch deploys that it missed. */
export function catchingUp(): HostState {
  return [
    ...unitOf(syncTimer, compilerUnits.syncTimer(), { notify: `Service[${syncTimer}]` }),
    serviceOf(syncTimer),
  ];
}
