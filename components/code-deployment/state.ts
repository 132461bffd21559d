import * as pulumi from "@pulumi/pulumi";
import type { Distribution } from "../../distributions/index.js";
import type { Host } from "../../hosts/host.js";
import {
  absenceOf,
  directoryOf,
  execOf,
  fileOf,
  packageOf,
  serviceOf,
  timerOf,
  unitOf,
  type HostState,
} from "../../hosts/host-state.js";
import {
  codeFolder,
  codeDataFolder,
  codeUser,
  compilerUnits,
  flushUnits,
  mainUnits,
  renderAuthorizedKeys,
  renderCompilerSettings,
  renderDeploy,
  renderKnownHosts,
  renderLibrary,
  renderMainSettings,
  renderPush,
  renderRequest,
  renderSshConfig,
  renderSync,
  renderToolConf,
  requestGroup,
  requestScript,
  toolFile,
  type Tool,
} from "../../templates/code-deployment/code-deployment.js";
import type { CodeDeploymentState, ServerIdentity } from "./code-deployment.js";

const deployScript = "/usr/local/sbin/puppet-code-deploy";
/** What the scripts share. */
const library = "/usr/local/lib/puppet-code";
const syncScript = "/usr/local/sbin/puppet-code-sync";
/** Unit through which deploys have Puppet Server read its environments anew. */
export const flushSocket = "puppet-code-flush.socket";
/** Unit that answers the balancer. */
export const poolSocket = "puppet-code-pool.socket";
/** Unit that catches up with the main server's code. */
export const syncTimer = "puppet-code-sync.timer";
/** Folder of the environments on a host that serves no agents; Puppet's packages have none of theirs there. */
export const copiedEnvironments = `${codeDataFolder}/environments`;
const owned = { owner: codeUser, group: codeUser };

/** Seconds the first deploy may take: it may have hundreds of modules to fetch. */
const firstDeploy = 3600;

/** The main server: brings code from Git, publishes it, and tells the compilers. */
export function mainCode(args: CodeDeploymentState): HostState {
  const { main, distribution, tool } = args;
  const { host } = main;
  // To them all are alike: who has the code, and who lags behind.
  const compilers = [...args.compilers, ...args.copies];
  const environments = environmentsOf(distribution);
  // When the tool's configuration was last deployed. Compilers that are not there yet (2) fetch the code themselves.
  const deployed = `${codeFolder}/deployed`;
  const deploy = `${requestScript} --all --wait ${String(firstDeploy)} || test $? = 2 && touch ${deployed}`;
  const serverNames = compilers.map(({ host: { name, fqdn } }) => ({ name, fqdn }));
  const other: Tool = tool === "r10k" ? "g10k" : "r10k";
  const puppet = {
    puppet: distribution.paths.puppet,
    puppetConf: `${distribution.paths.confdir}/puppet.conf`,
  };
  return [
    packageOf("git"),
    packageOf(tool),
    // rsync's own guard of what may be read, rrsync, is written in it.
    packageOf("python3"),
    ...servedCode(distribution, host),
    fileOf(
      `${codeFolder}/.ssh/authorized_keys`,
      linesOf(compilers, "publicKey", (keys) =>
        renderAuthorizedKeys(`/usr/bin/rrsync -ro ${codeDataFolder}/published`, keys),
      ),
    ),
    fileOf(
      `${codeFolder}/.ssh/known_hosts`,
      linesOf([main, ...compilers], "hostKey", (keys) =>
        renderKnownHosts(
          [host, ...compilers.map((compiler) => compiler.host)].map(({ fqdn }, index) => ({
            fqdn,
            hostKey: keys[index] ?? "",
          })),
          args.knownHosts,
        ),
      ),
    ),
    ...credentials(args),
    directoryOf(`${codeDataFolder}/staging`, owned),
    absenceOf(toolFile(other)),
    fileOf(toolFile(tool), renderToolConf({ ...args, ...puppet })),
    fileOf(
      `${codeFolder}/settings.json`,
      renderMainSettings({ ...args, ...host, ...puppet, environments, compilers: serverNames }),
    ),
    directoryOf(`${codeDataFolder}/requests`, {
      owner: codeUser,
      group: requestGroup,
      mode: "0770",
    }),
    fileOf(deployScript, renderDeploy(distribution.paths), { mode: "0755" }),
    fileOf(`${library}/push.rb`, renderPush()),
    fileOf(requestScript, renderRequest(distribution.paths), { mode: "0755" }),
    ...unitOf("puppet-code-deploy.service", mainUnits.deployService({ environments })),
    ...unitOf("puppet-code-deploy.path", mainUnits.deployPath(), {
      notify: "Service[puppet-code-deploy.path]",
    }),
    serviceOf("puppet-code-deploy.path"),
    execOf("deploy the code", ["sh", "-c", deploy], {
      unless: `test ${deployed} -nt ${toolFile(tool)}`,
      timeout: firstDeploy + 60,
    }),
    ...timerOf("puppet-code-all", { service: mainUnits.allService(), timer: mainUnits.allTimer() }),
  ];
}

/** A compiler: takes what the main server has published. */
export function compilerCode(args: CodeDeploymentState, host: Host): HostState {
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

/** A host that serves no agents: it has the same code, for people to look at. */
export function copiedCode(
  args: Pick<CodeDeploymentState, "main" | "distribution">,
  host: Host,
): HostState {
  return [
    ...["rsync", "openssh-client"].map(packageOf),
    directoryOf(codeDataFolder, owned),
    directoryOf(`${codeDataFolder}/published`, owned),
    directoryOf(copiedEnvironments, owned),
    ...sharedScripts(),
    ...takenCode(args, host, { environments: copiedEnvironments, copy: true }),
    ...catchingUp(),
  ];
}

/** What takes the code at the main server's word, and has taken it once. */
function takenCode(
  { main, distribution }: Pick<CodeDeploymentState, "main" | "distribution">,
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

/** Takes what was missed. */
function catchingUp(): HostState {
  return [
    ...unitOf(syncTimer, compilerUnits.syncTimer(), { notify: `Service[${syncTimer}]` }),
    serviceOf(syncTimer),
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

/** The balancer does not ask, or no more. */
function noPoolAnswer(): HostState {
  return [
    execOf("tell the balancer nothing", ["systemctl", "disable", "--now", poolSocket], {
      unless: `sh -c '! systemctl is-enabled --quiet ${poolSocket}'`,
    }),
  ];
}

const environmentsOf = ({ paths }: Distribution) => `${paths.codedir}/environments`;

/** What every server has: the folders, how it has environments read anew, and how it reaches others. */
function servedCode(distribution: Distribution, host: Host): HostState {
  const { users, paths } = distribution;
  const environments = environmentsOf(distribution);
  return [
    ...["rsync", "curl", "openssh-client"].map(packageOf),
    directoryOf(codeDataFolder, owned),
    directoryOf(`${codeDataFolder}/published`, owned),
    // Not as a folder of Puppet's: its owner is whoever deploys.
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
function sharedScripts(): HostState {
  return [
    directoryOf(library),
    fileOf(`${library}/puppet_code.rb`, renderLibrary()),
    fileOf(`${codeFolder}/.ssh/config`, renderSshConfig()),
  ];
}

/** The token, in Git's own store of credentials: on no command line, and in no URL. */
function credentials({ sources, token, tokenUser }: CodeDeploymentState): HostState {
  const [store, gitconfig] = [`${codeDataFolder}/.git-credentials`, `${codeDataFolder}/.gitconfig`];
  if (token === undefined) return [store, gitconfig].map((path) => absenceOf(path));
  const hosts = sources.flatMap(({ remote }) => /^https:\/\/([^/@]+)/.exec(remote)?.[1] ?? []);
  const lines = pulumi
    .output(token)
    .apply((token) =>
      [...new Set(hosts)]
        .map(
          (host) =>
            `https://${encodeURIComponent(tokenUser)}:${encodeURIComponent(token)}@${host}\n`,
        )
        .join(""),
    );
  return [
    fileOf(store, lines, { ...owned, mode: "0600", sensitive: true }),
    fileOf(gitconfig, `[credential]\n\thelper = store\n`, { mode: "0644" }),
  ];
}

/** Text made from one property of every server, in their order. */
function linesOf(
  servers: readonly ServerIdentity[],
  property: "publicKey" | "hostKey",
  render: (values: string[]) => string,
): pulumi.Output<string> {
  return pulumi.all(servers.map((server) => server[property])).apply(render);
}
