import * as pulumi from "@pulumi/pulumi";
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
  codeDataFolder,
  codeFolder,
  mainUnits,
  renderAuthorizedKeys,
  renderDeploy,
  renderKnownHosts,
  renderMainSettings,
  renderPush,
  renderRequest,
  renderToolConf,
  requestGroup,
  requestScript,
  codeUser,
  toolFile,
  type Tool,
} from "../../templates/code-deployment/code-deployment.js";
import type { CodeDeploymentWithDefaults, ServerIdentity } from "./args.js";
import { environmentsOf, libraryFolder, ownedByDeployer, servedCode } from "./shared-state.js";

const deployScript = "/usr/local/sbin/puppet-code-deploy";

/** Seconds that the first deploy may take: it may have to fetch hundreds of modules. */
const firstDeploy = 3600;

/** Host state of the main server, which fetches code from Git, publishes it, and notifies the compilers. */
export function mainCodeState(args: CodeDeploymentWithDefaults): HostState {
  const { main, distribution, tool } = args;
  const { host } = main;
  // A deploy treats both alike.
  const compilers = [...args.compilers, ...args.copies];
  const environments = environmentsOf(distribution);
  // Older than the tool's configuration until that is deployed. Compilers that do not answer yet (exit code 2) fetch
  // the code themselves.
  const deployed = `${codeFolder}/deployed`;
  const deploy = `${requestScript} --all --wait ${String(firstDeploy)} || test $? = 2 && touch ${deployed}`;
  const serverNames = compilers.map(({ host: { name, fqdn } }) => ({ name, fqdn }));
  const otherTool: Tool = tool === "r10k" ? "g10k" : "r10k";
  const puppet = {
    puppet: distribution.paths.puppet,
    puppetConf: `${distribution.paths.confdir}/puppet.conf`,
  };
  return [
    packageOf("git"),
    packageOf(tool),
    // For rrsync, which restricts what rsync may read.
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
    directoryOf(`${codeDataFolder}/staging`, ownedByDeployer),
    absenceOf(toolFile(otherTool)),
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
    fileOf(`${libraryFolder}/push.rb`, renderPush()),
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

/** Keeps the token in Git's credential store: it is on no command line, and in no URL. */
function credentials({ sources, token, tokenUser }: CodeDeploymentWithDefaults): HostState {
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
    fileOf(store, lines, { ...ownedByDeployer, mode: "0600", sensitive: true }),
    fileOf(gitconfig, `[credential]\n\thelper = store\n`, { mode: "0644" }),
  ];
}

/** Text rendered from one property of every server, in the servers' order. */
function linesOf(
  servers: readonly ServerIdentity[],
  property: "publicKey" | "hostKey",
  render: (values: string[]) => string,
): pulumi.Output<string> {
  return pulumi.all(servers.map((server) => server[property])).apply(render);
}
