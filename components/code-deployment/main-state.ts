import * as pulumi from "@pulumi/pulumi";
import type { Distribution } from "../../distributions/index.js";
import { commandAs, directoryAs } from "../../hosts/as-user.js";
import {
  absenceOf,
  directoryOf,
  execOf,
  fileOf,
  packageOf,
  serviceOf,
  timerOf,
  unitOf,
  type HostResource,
  type HostState,
} from "../../hosts/host-state.js";
import { shellWord } from "../../hosts/shell-word.js";
import {
  codeDataFolder,
  codeFolder,
  deploymentFile,
  renderAuthorizedKeys,
  renderDeploy,
  renderKnownHosts,
  renderMainLibrary,
  renderMainSettings,
  renderRequest,
  renderToolConf,
  requestFolder,
  requestGroup,
  requestScript,
  requestsFolder,
  resultFolder,
  codeUser,
  toolFile,
  type Canaries,
  type Tool,
} from "../../templates/code-deployment/code-deployment.js";
import { mainUnits } from "../../templates/code-deployment/units.js";
import { CodeGate } from "../choices.js";
import type { CodeDeploymentWithDefaults } from "./args.js";
import { gitAccess } from "./git-access.js";
import { environmentsOf, libraryFolder, servedCode, sshServers } from "./shared-state.js";
import { usedEnvironments } from "./used-state.js";

const deployScript = "/usr/local/sbin/puppet-code-deploy";

/** Seconds that the first deploy may take: it may have to fetch hundreds of modules. */
const firstDeploy = 3600;

/** Host state of the main server, which fetches code from Git, publishes it, and notifies the compilers. */
export function mainCodeState(args: CodeDeploymentWithDefaults): HostState {
  const { main, distribution, tool } = args;
  const { host } = main;
  // A deploy treats both alike.
  const compilers = [...args.compilers, ...args.copies];
  // The main server connects to itself for its own control repository.
  const servers = [main, ...compilers];
  const environments = environmentsOf(distribution);
  // Older than the tool's configuration until that is deployed.
  const deployed = `${codeFolder}/deployed`;
  const serverNames = compilers.map(({ host: { name, fqdn } }) => ({ name, fqdn }));
  const otherTool: Tool = tool === "r10k" ? "g10k" : "r10k";
  const credentials = Object.entries(args.credentials).map(([name, { url }]) => ({ name, url }));
  const puppet = {
    puppet: distribution.paths.puppet,
    puppetConf: `${distribution.paths.confdir}/puppet.conf`,
  };
  return [
    packageOf("git"),
    packageOf(tool),
    // For rrsync, which restricts what rsync may read.
    packageOf("python3"),
    ...servedCode(distribution, host, servers),
    fileOf(
      `${codeFolder}/.ssh/authorized_keys`,
      pulumi
        .all(compilers.map(({ publicKey }) => publicKey))
        .apply((keys) =>
          renderAuthorizedKeys(`/usr/bin/rrsync -ro ${codeDataFolder}/published`, keys),
        ),
    ),
    fileOf(
      `${codeFolder}/.ssh/known_hosts`,
      sshServers(servers).apply((servers) => renderKnownHosts(servers, args.knownHosts)),
    ),
    ...gitAccess(distribution, args),
    ...["staging", "mirrors"].map((name) => directoryAs(codeUser, `${codeDataFolder}/${name}`)),
    absenceOf(toolFile(otherTool)),
    fileOf(toolFile(tool), renderToolConf({ ...args, ...puppet })),
    fileOf(
      `${codeFolder}/settings.json`,
      renderMainSettings({
        ...{ ...args, ...host, ...puppet, environments, credentials, compilers: serverNames },
        canaries: args.gate === CodeGate.Compile ? canariesOf(args) : undefined,
        puppetdb: args.puppetdbUrls.length > 0 ? true : undefined,
      }),
    ),
    directoryOf(requestFolder),
    directoryOf(requestsFolder, { owner: codeUser, group: requestGroup, mode: "0770" }),
    directoryOf(resultFolder, { owner: codeUser, group: requestGroup, mode: "0750" }),
    ...Object.entries(renderMainLibrary()).map(([name, content]) =>
      fileOf(`${libraryFolder}/${name}`, content),
    ),
    ...usedEnvironments(distribution, host, args.puppetdbUrls),
    fileOf(deployScript, renderDeploy(distribution.paths), { mode: "0755" }),
    fileOf(requestScript, renderRequest(distribution.paths), { mode: "0755" }),
    ...unitOf("puppet-code-deploy.service", mainUnits.deployService({ environments })),
    ...unitOf("puppet-code-deploy.path", mainUnits.deployPath(), {
      notify: "Service[puppet-code-deploy.path]",
    }),
    movedRequests(),
    serviceOf("puppet-code-deploy.path"),
    execOf("deploy the code", ["sh", "-c", firstDeployment(distribution, deployed)], {
      unless: `test ${deployed} -nt ${toolFile(tool)}`,
      timeout: firstDeploy + 60,
    }),
    notDeployed(distribution),
    ...timerOf("puppet-code-all", { service: mainUnits.allService(), timer: mainUnits.allTimer() }),
  ];
}

/**
 * Deploys everything. Compilers that do not answer yet (exit code 2) fetch the code themselves, and environments with
 * faults follow later; but this server must serve what compilers get, and agents that name no environment need theirs.
 *
 * @param deployed the file that says that it is done
 */
function firstDeployment(distribution: Distribution, deployed: string): string {
  const environments = environmentsOf(distribution);
  const serves = `for name in $(ls -p ${codeDataFolder}/published | sed -n s,/$,,p); do test -L ${environments}/$name || exit 1; done`;
  const advice =
    "No branch is deployed as production, which agents get that name no environment: push a branch production, or set puppet:codeDeployment.defaultEnvironment to the branch that serves as production.";
  return [
    `{ ${requestScript} --all --wait ${String(firstDeploy)} || test $? = 2; }`,
    commandAs(codeUser, serves),
    `{ test -L ${environments}/production || { echo ${shellWord(advice)}; false; }; }`,
    `touch ${deployed}`,
  ].join(" && ");
}

/** Tells what the last deploy could not bring, such as an environment whose Puppetfile has an error. */
function notDeployed({ paths }: Distribution): HostResource {
  const errors = `${paths.ruby} -rjson -e 'puts JSON.parse(File.read(ARGV[0]))["errors"]' ${deploymentFile}`;
  return execOf("some code could not be deployed", ["sh", "-c", commandAs(codeUser, errors)], {
    unless: `sh -c ${shellWord(`test -z "$(${commandAs(codeUser, errors)})"`)}`,
    logoutput: true,
  });
}

/** The nodes whose catalogs must compile; if none is named, one that nobody knows, in the main server's domain. */
function canariesOf({ main, compilers, canaries }: CodeDeploymentWithDefaults): Canaries {
  const domain = main.host.fqdn.replace(/^[^.]+\./, "");
  return {
    nodes: canaries.length > 0 ? canaries : [`canary.${domain}`],
    compilers: compilers.map(({ host: { name, fqdn } }) => ({ name, fqdn })),
  };
}

/** Requests that wait, and the last result, where an earlier version had them: in the folder of the code. */
function movedRequests(): HostResource {
  const before = `${codeDataFolder}/requests`;
  const result = `${codeDataFolder}/deployment.json`;
  const move = [
    `find ${before} -mindepth 1 -maxdepth 1 -type f -exec mv -t ${requestsFolder} {} +`,
    `rm -rf ${before}`,
    `{ test ! -e ${result} || mv ${result} ${deploymentFile}; }`,
  ].join(" && ");
  return execOf("move the requests out of the code", ["sh", "-c", commandAs(codeUser, move)], {
    unless: `test ! -e ${before}`,
  });
}
