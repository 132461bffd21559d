import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shellWord } from "../../hosts/shell-word.js";
import { inUrl } from "../../templates/addresses.js";
import { Problem } from "./problem.js";
import { run, type Result, type RunOptions } from "./shell.js";
import type { Stack } from "./stack.js";

/** The outputs of a stack that describe its hosts. */
interface HostOutputs {
  readonly hosts?: Readonly<Record<string, { fqdn: string; address: string; roles: string[] }>>;
  readonly connections?: Readonly<Record<string, Connection>>;
}

/** One hop of SSH. */
interface Login {
  readonly host: string;
  readonly port?: number;
  readonly user: string;
  readonly privateKey: string;
  readonly hostKey: string;
}

/** How to connect to a host, according to the platform. */
export interface Connection extends Login {
  /** The jump host. */
  readonly proxy?: Login;
  /** Program that connects to the host's SSH port. */
  readonly proxyCommand?: string;
  /** Whether the user needs sudo to become root. */
  readonly sudo?: boolean;
}

/** Folders with keys in use; they are removed when this process ends, even by a signal. */
const folders = new Set<string>();
for (const [signal, number] of [
  ["SIGINT", 2],
  ["SIGTERM", 15],
  ["SIGHUP", 1],
] as const) {
  process.once(signal, () => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    process.exit(128 + number);
  });
}

/** A host of any stack, with the same connection as Pulumi's. */
export interface RemoteHost {
  readonly fqdn: string;
  readonly address: string;
  /** Runs a shell command on it, as root. */
  run(command: string, options?: RunOptions): Promise<Result>;
  /** The words that run a program on it as root. */
  asRoot(program: string): string;
  /**
   * Runs Git on this machine with a repository on the host.
   *
   * @param args receives the repository's URL, and returns Git's arguments
   */
  git(
    path: string,
    args: (url: string) => readonly string[],
    options?: RunOptions,
  ): Promise<Result>;
}

/**
 * The outputs of a stack.
 *
 * @throws Problem if there is no such stack
 */
export async function outputsOf(stack: Stack): Promise<Record<string, unknown> & HostOutputs> {
  if (!(await stack.exists())) {
    throw new Problem(
      `There is no stack ${stack.name}; npm start creates local, and npm run pulumi -- stack ls lists the existing stacks.`,
    );
  }
  return stack.outputs();
}

/**
 * The host with a role in a stack.
 *
 * @param role its name in the output `hosts`
 * @throws Problem if no host has it
 */
export async function hostWith(stack: Stack, role: string): Promise<RemoteHost> {
  const [host] = hostsWith(await outputsOf(stack), role);
  if (host === undefined) {
    throw new Problem(
      `No host of the stack ${stack.name} has the role ${role}; check puppet:puppetdb.host, and deploy the stack with this version.`,
    );
  }
  return host;
}

/** The hosts with a role, according to the outputs of their stack. */
export function hostsWith(outputs: HostOutputs, role: string): RemoteHost[] {
  const names = Object.entries(outputs.hosts ?? {}).filter(([, { roles }]) => roles.includes(role));
  return names.flatMap(([name]) => hostNamed(outputs, name) ?? []);
}

/** The host with a name in the outputs of its stack. */
export function hostNamed(
  { hosts = {}, connections = {} }: HostOutputs,
  name: string,
): RemoteHost | undefined {
  const [host, connection] = [hosts[name], connections[name]];
  return host && connection ? remoteHost(host, connection) : undefined;
}

/** A host that is connected to in a given way. */
export function remoteHost(
  host: { fqdn: string; address: string },
  connection: Connection,
): RemoteHost {
  const asRoot = (program: string, otherwise = program) =>
    connection.sudo === true ? `sudo -n ${program}` : otherwise;
  return {
    ...host,
    run: (command, options) =>
      withLogin(connection, (words, target) =>
        run([...words, target, "--", asRoot(`sh -c ${shellWord(command)}`, command)], options),
      ),
    asRoot,
    git: (path, args, options) =>
      withLogin(connection, (words) =>
        run(["git", ...args(`${connection.user}@${inUrl(connection.host)}:${path}`)], {
          ...options,
          // Git passes it to a shell.
          env: {
            ...process.env,
            GIT_SSH_COMMAND: words.map(shellWord).join(" "),
            GIT_TERMINAL_PROMPT: "0",
          },
        }),
      ),
  };
}

/** Runs something that needs the words of an SSH command to a host, without the host's name at the end. */
async function withLogin<T>(
  connection: Connection,
  use: (words: readonly string[], target: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-puppet-ssh-"));
  folders.add(folder);
  try {
    const { proxy, proxyCommand, user, host } = connection;
    const through =
      proxy === undefined
        ? proxyCommand
        : [...sshWords(folder, "proxy", proxy), "-W", "[%h]:%p", `${proxy.user}@${proxy.host}`]
            .map(shellWord)
            .join(" ");
    const words = [
      ...sshWords(folder, "host", connection),
      ...(through === undefined ? [] : ["-o", `ProxyCommand=${through}`]),
    ];
    return await use(words, `${user}@${host}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    folders.delete(folder);
  }
}

/** The words of SSH for one hop, whose key and host key are written to the folder. */
function sshWords(
  folder: string,
  name: string,
  { port = 22, privateKey, hostKey }: Login,
): readonly string[] {
  const [key, known] = [join(folder, `${name}.key`), join(folder, `${name}.known_hosts`)];
  writeFileSync(key, `${privateKey.trimEnd()}\n`, { mode: 0o600 });
  writeFileSync(known, `${name} ${hostKey.trim()}\n`);
  const settings = {
    UserKnownHostsFile: known,
    // Whatever its address, it is the host with this key.
    HostKeyAlias: name,
    StrictHostKeyChecking: "yes",
    IdentitiesOnly: "yes",
    BatchMode: "yes",
    ConnectTimeout: "30",
    ServerAliveInterval: "15",
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  return ["ssh", "-F", "none", "-i", key, ...flags, "-p", String(port)];
}

/** What OpenSSH's client returns if the connection itself fails. */
export const sshFailure = 255;

/**
 * Rejects a main server that does not deploy code.
 *
 * @throws Problem saying what to set, or why the server could not be asked
 */
export async function requireCodeDeployment(host: RemoteHost): Promise<void> {
  const asked = "systemctl is-enabled --quiet puppet-code-deploy.path";
  const { code, stdout, stderr } = await host.run(`${asked} && echo yes || echo no`);
  if (code !== 0) {
    throw new Problem(`${host.fqdn} cannot be reached over SSH as root: ${stderr.trim()}`);
  }
  if (stdout.trim() !== "yes") {
    throw new Problem(
      `${host.fqdn} does not deploy code; set puppet:codeDeployment.tool to r10k or g10k, and deploy the stack.`,
    );
  }
}
