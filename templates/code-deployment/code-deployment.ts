import { readFileSync } from "node:fs";
import { dump } from "js-yaml";
import { poolFolder } from "../compiler-pool/compiler-pool.js";
import { renderTemplate } from "../render.js";
import { gitSsh } from "./git-access.js";
import { credentialsFor, placeOf, repositoryOf } from "./git-url.js";

/** Folder of code deployment's configuration: owned by root, and home of the user that deploys. */
export const codeFolder = "/etc/puppet-code";
/** Folder of the deployed code and of its state. */
export const codeDataFolder = "/var/lib/puppet-code";
/** Folder of what others than the deploying user see of a deploy; they cannot see the code. */
export const requestFolder = "/var/lib/puppet-code-request";
/** Folder of the requests that wait. */
export const requestsFolder = `${requestFolder}/new`;
/** Folder of {@link deploymentFile}. */
export const resultFolder = `${requestFolder}/result`;
/** Result of the last deploy, written at its very end. */
export const deploymentFile = `${resultFolder}/deployment.json`;
/** User that deploys; it owns the code, which Puppet Server only reads. */
export const codeUser = "puppet-code";
/** Group of users who may request a deploy. */
export const requestGroup = "puppet-code-request";
/** The command that requests a deploy and reports its result. */
export const requestScript = "/usr/local/sbin/puppet-code-request";
/** The file with which a compiler that leaves its pool for that says that its code is old. */
export const behindFile = `${poolFolder}/code/behind`;
/** TCP port of SSH, unless a server has another. */
export const sshPort = 22;
/** The tools that fetch code from Git. */
export type Tool = "r10k" | "g10k";

/** A control repository. */
export interface Source {
  readonly name: string;
  /** URL in any form that Git accepts. */
  readonly remote: string;
  /** Prefix of its environments' names, without the underscore that follows it. */
  readonly prefix?: string | undefined;
}

/** Values of r10k.yaml and g10k.yaml. */
export interface ToolConf {
  readonly tool: Tool;
  readonly sources: readonly Source[];
  /** Name of the environment that serves as `production`. */
  readonly defaultEnvironment: string;
  /** Modules fetched at the same time. */
  readonly poolSize: number;
  /** URL of a Forge mirror. */
  readonly forge?: string | undefined;
  /** Hosts that are reached without the proxy. */
  readonly noProxy?: readonly string[];
}

/** Mirror of a source's branches on the main server, which the tools read. */
const mirrorOf = (source: string) => `${codeDataFolder}/mirrors/${source}.git`;

const head = "# Made by pulumi-puppet: change the stack's settings, not this file.";

/** Renders the tool's configuration: g10k reads r10k's format, with a few settings of its own. */
export function renderToolConf(values: ToolConf): string {
  const { tool, sources, defaultEnvironment, poolSize, forge, noProxy = [] } = values;
  // r10k would give the proxy of its environment to the Forge whatever that excepts; without one, the environment counts.
  const r10kForge = {
    ...(forge === undefined ? {} : { baseurl: forge }),
    ...(noProxy.length > 0 ? { proxy: "" } : {}),
  };
  const conf = dump({
    cachedir: `${codeDataFolder}/cache`,
    ...(tool === "r10k"
      ? {
          ...(Object.keys(r10kForge).length > 0 ? { forge: r10kForge } : {}),
          pool_size: poolSize,
        }
      : { ...(forge === undefined ? {} : { forge_base_url: forge }), maxworker: poolSize }),
    // The script that runs it removes environments: it knows which sources it could read. It generates types, too.
    deploy: { purge_levels: ["puppetfile"] },
    sources: Object.fromEntries(
      sources.map(({ name, prefix }) => [
        name,
        {
          remote: mirrorOf(name),
          basedir: `${codeDataFolder}/staging`,
          ...(prefix === undefined ? {} : { prefix }),
          invalid_branches: "correct_and_warn",
        },
      ]),
    ),
  });
  // The mirrors' sources, so that this file is another when they are, and everything is deployed.
  const origins = sources.map(({ name, remote }) => `# ${name}: ${remote}\n`).join("");
  return `${head}\n${origins}# production: ${defaultEnvironment}\n${conf}`;
}

/** Who compiles which catalogs of a release that is not published yet. */
export interface Canaries {
  /** Certificate names. */
  readonly nodes: readonly string[];
  readonly compilers: readonly { name: string; fqdn: string }[];
}

/** Values of the main server's settings.json. */
export interface MainSettings {
  readonly name: string;
  readonly fqdn: string;
  /** Folder of the environments. */
  readonly environments: string;
  readonly tool: Tool;
  readonly sources: readonly Source[];
  /** Name of the environment that serves as `production`. */
  readonly defaultEnvironment: string;
  /** What is checked before a release is published. */
  readonly gate: string;
  /** Nodes whose catalogs must compile before a release is published, and the compilers that may be asked to try. */
  readonly canaries?: Canaries | undefined;
  /** URL of a proxy for Git and the Forge. */
  readonly proxy?: string | undefined;
  /** Hosts that are reached without it. */
  readonly noProxy?: readonly string[];
  /** What some repositories need, by name; those with an SSH URL have a key. */
  readonly credentials?: readonly { readonly name: string; readonly url: string }[];
  readonly compilers: readonly { name: string; fqdn: string }[];
  /** Commands to run after a deploy. */
  readonly postRun: readonly (readonly string[])[];
  readonly generateTypes: boolean;
  readonly puppet: string;
  readonly puppetConf: string;
  /** Set if PuppetDB knows which environments agents use. */
  readonly puppetdb?: true | undefined;
}

/** Renders what the main server's scripts read. */
export function renderMainSettings(values: MainSettings): string {
  const { name, fqdn, environments, tool, sources, proxy, compilers, postRun } = values;
  const { defaultEnvironment, gate, puppetConf } = values;
  const { noProxy = [], credentials = [] } = values;
  const deployKeys = credentials.flatMap(({ name, url }) => {
    const { scheme, host, port, path } = placeOf(url) ?? {};
    return scheme === "ssh" ? [{ name, host, port, path }] : [];
  });
  const variables = {
    ...(proxy === undefined ? {} : { http_proxy: proxy, https_proxy: proxy }),
    ...(noProxy.length === 0 ? {} : { no_proxy: noProxy.join(",") }),
    // Git would try out what kind of SSH it is.
    ...(deployKeys.length === 0 ? {} : { GIT_SSH_COMMAND: gitSsh, GIT_SSH_VARIANT: "ssh" }),
  };
  const generateTypes = values.generateTypes
    ? { generateTypes: [values.puppet, "generate", "types", "--config", values.puppetConf] }
    : {};
  return json({
    name,
    fqdn,
    environments,
    tool,
    toolFile: toolFile(tool),
    defaultEnvironment,
    gate,
    ...(values.canaries === undefined ? {} : { canaries: values.canaries }),
    puppetConf,
    variables,
    ...(deployKeys.length === 0 ? {} : { deployKeys }),
    sources: sources.map(({ name, remote, prefix }) => {
      const credential = credentialsFor(remote, credentials)?.name;
      return {
        name,
        remote,
        repository: repositoryOf(remote),
        prefix: prefix === undefined ? "" : `${prefix}_`,
        ...(credential === undefined ? {} : { credential }),
      };
    }),
    compilers,
    postRun,
    puppetdb: values.puppetdb,
    ...generateTypes,
  });
}

/** Renders what the script of a compiler, or of a host with a copy, reads. */
export function renderCompilerSettings(values: {
  name: string;
  fqdn: string;
  environments: string;
  /** Set if the host runs no Puppet Server. */
  copy?: true;
  /** Whether a compiler leaves its pool while its code is known to be old. */
  leaves?: boolean;
  /** The main server's FQDN. */
  main: string;
}): string {
  return json(values);
}

/** File with the tool's configuration. */
export const toolFile = (tool: Tool) => `${codeFolder}/${tool}.yaml`;

/**
 * The script that creates the user that deploys, generates its key, and prints what {@link readIdentity} reads.
 *
 * @param values.address where other hosts connect to it
 * @param values.hostKey its public SSH host key
 */
export const renderIdentity = (values: { host: string; address: string; hostKey: string }) =>
  template("identity.sh.eta", {
    ...values,
    requestGroup,
    hostKey: values.hostKey.split(" ").slice(0, 2).join(" "),
    // As ssh-keyscan names the types: ed25519, ecdsa or rsa.
    scanned: /^(?:ssh-)?([a-z0-9]+)/.exec(values.hostKey)?.[1],
  });
/** The public key of the user that deploys, and the TCP port of the host's SSH server for other hosts. */
export function readIdentity(printed: string): { publicKey: string; sshPort: number } {
  const [publicKey = "", port = ""] = printed.split("\n");
  return { publicKey, sshPort: Number(/^port (\d+)$/.exec(port)?.[1] ?? sshPort) };
}
/** The script that puts that key aside, so that the other script generates a new one. */
export const renderRetireKey = () => text("retire-key.sh");
/** The Ruby code that the scripts of the main server and of compilers share. */
export const renderLibrary = () => text("puppet_code.rb");
/** What only the main server's scripts use: name => content of a file beside the library. */
export const renderMainLibrary = (): Record<string, string> =>
  Object.fromEntries(mainLibrary.map((name) => [`${name}.rb`, text(`${name}.rb`)]));
const mainLibrary = [
  ...["push", "sources", "staging", "repair", "followers", "release_git", "removal"],
  ...["canaries", "g10k_puppetfile"],
  ...["gate", "gate_runner", "gate_tree", "gate_code", "gate_data", "gate_formats"],
];
/** The main server's script that deploys what was requested. */
export const renderDeploy = (values: { ruby: string }) => template("deploy.rb.eta", values);
/** Renders {@link requestScript}. */
export const renderRequest = (values: { ruby: string }) => template("request.rb.eta", values);
/** A compiler's script that fetches what the main server has published. */
export const renderSync = ({ ruby }: { ruby: string }) =>
  template("sync.rb.eta", { ruby, behind: behindFile });
/** What a compiler does with a release that is not published yet. */
export const renderCandidate = () => text("candidate.rb");
/** A compiler's script that compiles catalogs from such a release. */
export const renderCompile = (values: {
  ruby: string;
  confdir: string;
  ssldir: string;
  environments: string;
}) => template("compile.rb.eta", values);
/**
 * How the user that deploys connects to Git and to the other servers.
 *
 * @param servers the other servers, each with the TCP port of its SSH server
 */
export const renderSshConfig = (servers: readonly { fqdn: string; port: number }[]) =>
  template("ssh_config.eta", {
    servers: servers.filter(({ port }) => port !== sshPort),
    ownKey: true,
  });
/** The same for Git servers, without a key: who connects says which. */
export const renderGitSshConfig = () => template("ssh_config.eta", { servers: [], ownKey: false });

/**
 * Renders authorized_keys lines that allow one command and nothing else: no terminal, no forwarding.
 *
 * @param command absolute path and arguments
 * @param keys public keys as ssh-keygen prints them
 */
export function renderAuthorizedKeys(command: string, keys: readonly string[]): string {
  const lines = keys.map((key) => `restrict,command="${command}" ${key.trim()}`);
  return [head, ...lines, ""].join("\n");
}

/** Renders known_hosts lines: each host's name, with the TCP port of its SSH server unless that is 22, and its key. */
export function renderKnownHosts(
  hosts: readonly { fqdn: string; port: number; hostKey: string }[],
  further = "",
): string {
  const lines = hosts.map(
    ({ fqdn, port, hostKey }) =>
      `${port === sshPort ? fqdn : `[${fqdn}]:${String(port)}`} ${hostKey.trim()}`,
  );
  return [head, ...lines, further.trim()]
    .filter(Boolean)
    .map((line) => `${line}\n`)
    .join("");
}

const json = (value: object) => `${JSON.stringify(value, undefined, 2)}\n`;
const text = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");
const template = (name: string, values: object) =>
  renderTemplate(new URL(name, import.meta.url), values);
