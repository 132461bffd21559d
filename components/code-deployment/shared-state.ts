import * as pulumi from "@pulumi/pulumi";
import type { Distribution } from "../../distributions/index.js";
import type { Host } from "../../hosts/host.js";
import { commandAs, directoryAs } from "../../hosts/as-user.js";
import {
  directoryOf,
  execOf,
  fileOf,
  packageOf,
  serviceOf,
  unitOf,
  type HostState,
} from "../../hosts/host-state.js";
import { shellWord } from "../../hosts/shell-word.js";
import {
  codeDataFolder,
  codeFolder,
  codeUser,
  renderAuthorizedKeys,
  renderCompilerSettings,
  renderKnownHosts,
  renderLibrary,
  renderSshConfig,
  renderSync,
  sshPort,
} from "../../templates/code-deployment/code-deployment.js";
import { compilerUnits, flushUnits } from "../../templates/code-deployment/units.js";
import type { ServerIdentity } from "./args.js";

/** Folder of the Ruby code that the scripts share. */
export const libraryFolder = "/usr/local/lib/puppet-code";
const syncScript = "/usr/local/sbin/puppet-code-sync";
/** Unit through which a deploy has Puppet Server reload its environments. */
export const flushSocket = "puppet-code-flush.socket";
/** Unit that fetches the main server's latest code. */
export const syncTimer = "puppet-code-sync.timer";
/**
 * The folder of the code, which its deploying user and one group can read: code holds secrets.
 *
 * @param reader the group of who reads it beside that user
 */
export function codeData(reader: string): HostState {
  return [
    directoryOf(codeDataFolder, { owner: codeUser, group: reader, mode: "0750" }),
    directoryAs(codeUser, `${codeDataFolder}/published`),
  ];
}

/** Folder of the environments on a server. */
export const environmentsOf = ({ paths }: Distribution) => `${paths.codedir}/environments`;

/**
 * Host state of every server: its folders, the unit that has environments reloaded, and access to other servers.
 *
 * @param servers the servers that it connects to
 */
export function servedCode(
  distribution: Distribution,
  host: Host,
  servers: readonly ServerIdentity[],
): HostState {
  const { users, paths } = distribution;
  const environments = environmentsOf(distribution);
  return [
    ...["rsync", "curl", "openssh-client"].map(packageOf),
    ...codeData(users.puppet),
    // Not as a folder of the host's state: Puppet's package owns it, and only its owner changes.
    execOf(`let ${codeUser} deploy environments`, ["chown", `${codeUser}:`, environments], {
      unless: `test "$(stat --format %U ${environments})" = ${codeUser}`,
    }),
    ...sharedScripts(servers),
    ...unitOf(
      "puppet-code-flush@.service",
      flushUnits.service({ user: users.puppet, ssldir: paths.ssldir, fqdn: host.fqdn }),
    ),
    ...unitOf(flushSocket, flushUnits.socket(), { notify: `Service[${flushSocket}]` }),
    serviceOf(flushSocket),
  ];
}

/** The SSH servers of hosts, in the hosts' order. */
export function sshServers(
  servers: readonly ServerIdentity[],
): pulumi.Output<{ fqdn: string; port: number; hostKey: string }[]> {
  return pulumi.all(
    servers.map(({ host: { fqdn }, hostKey, sshPort: port = sshPort }) => ({
      fqdn,
      port,
      hostKey,
    })),
  );
}

/** What the scripts of every host share, and how they connect to other hosts. */
export function sharedScripts(servers: readonly ServerIdentity[]): HostState {
  return [
    directoryOf(libraryFolder),
    fileOf(`${libraryFolder}/puppet_code.rb`, renderLibrary()),
    fileOf(`${codeFolder}/.ssh/config`, sshServers(servers).apply(renderSshConfig)),
  ];
}

/** Has a host fetch the code now, and whenever the main server notifies it. */
export function takenCode(
  { main, distribution }: { main: ServerIdentity; distribution: Distribution },
  host: Host,
  code: { environments: string; copy?: true; leaves?: boolean },
): HostState {
  // Also once it is known that main has other code: this host may have code of a site's own in the way.
  const isTaken = `test -e ${codeDataFolder}/published/published.json && test -n "$(ls -A ${code.environments})" && ! grep -q '"behind": true' ${codeDataFolder}/state.json`;
  return [
    fileOf(
      `${codeFolder}/.ssh/authorized_keys`,
      main.publicKey.apply((key) => renderAuthorizedKeys(syncScript, [key])),
    ),
    fileOf(
      `${codeFolder}/.ssh/known_hosts`,
      sshServers([main]).apply((servers) => renderKnownHosts(servers)),
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
      unless: `sh -c ${shellWord(commandAs(codeUser, isTaken))}`,
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
