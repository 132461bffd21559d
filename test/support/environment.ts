import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { distributions } from "../../distributions/index.js";
import { podmanNames } from "../../platforms/containers/names.js";
import { joinAgent, type AgentEnvironment } from "../../tools/lib/agents.js";
import { project } from "../../tools/lib/paths.js";
import { Stack } from "../../tools/lib/stack.js";
import { containersOf } from "../../tools/lib/podman.js";
import { run, type Result, type RunOptions } from "../../tools/lib/shell.js";
import { execIn } from "./container-exec.js";
import { hostsImage } from "./images/images.js";
import { withNames } from "./host-names.js";
import { until } from "./until.js";

export { until };

/** The environment that this suite deploys once; a user's own may run at the same time. */
export const environment = "suite";
export const domain = "example.test";
export const distribution = "debian";
/** Its network. */
export const subnet = "10.213.99.0/24";

/** Runs a command on a host in the suite's environment. */
export function exec(
  host: string,
  command: readonly string[],
  options?: RunOptions & { readonly user?: string },
): Promise<Result> {
  return execIn(podmanNames.container(environment, host), command, options);
}

/** Runs a shell command on a host; returns its standard output, or throws an error with its messages. */
export async function output(host: string, command: string, stdin?: string): Promise<string> {
  const { code, stdout, stderr } = await exec(host, ["sh", "-c", command], { stdin });
  if (code !== 0) throw new Error(`${host}: ${command}: exit code ${code}: ${stderr}${stdout}`);
  return stdout.trim();
}

/**
 * Writes the settings of an environment to a separate file; by default its hosts use the image that has the packages.
 */
export function settingsFile(
  settings: {
    subnet?: string;
    compilers?: number | readonly string[];
    puppetServer?: string;
    domain?: string;
    memory?: number;
    image?: string;
    puppetdb?: object;
    postgresql?: object;
    codeDeployment?: object;
    foreman?: object;
    hdm?: object;
    eyaml?: object;
    compiler?: object;
  } = {},
): string {
  const { compilers = 2, puppetServer = "puppet" } = settings;
  const {
    memory = 2048,
    image = hostsImage,
    puppetdb = {},
    postgresql = {},
    codeDeployment = {},
    foreman = {},
    hdm = {},
    eyaml = {},
    compiler = {},
  } = settings;
  const file = join(mkdtempSync(join(tmpdir(), "pulumi-puppet-")), "Pulumi.suite.yaml");
  writeFileSync(
    file,
    [
      "config:",
      `  puppet:domain: ${settings.domain ?? domain}`,
      `  puppet:puppetServer: ${puppetServer}`,
      `  puppet:compilers: ${JSON.stringify(compilers)}`,
      "  puppet:containers:",
      `    subnet: ${settings.subnet ?? subnet}`,
      `    memory: ${memory}`,
      `    image: ${image}`,
      // JSON is YAML.
      `  puppet:puppetdb: ${JSON.stringify(puppetdb)}`,
      `  puppet:postgresql: ${JSON.stringify(postgresql)}`,
      `  puppet:codeDeployment: ${JSON.stringify(codeDeployment)}`,
      `  puppet:foreman: ${JSON.stringify(foreman)}`,
      `  puppet:hdm: ${JSON.stringify(hdm)}`,
      `  puppet:eyaml: ${JSON.stringify(eyaml)}`,
      `  puppet:compiler: ${JSON.stringify(compiler)}`,
      "",
    ].join("\n"),
  );
  return file;
}

/** A running command of this project: its output so far, and its result. */
export interface Started {
  /** Its process group. */
  readonly pid: number;
  said(): string;
  /** Waits until the output has a text; throws an error if the command ends first. */
  says(text: string, seconds: number): Promise<void>;
  readonly ended: Promise<number | null>;
}

/** Whether the suite hands its machines over as existing servers, instead of creating them. */
export const handed = process.env.PULUMI_PUPPET_TEST_PLATFORM === "existing";

/** Removes machines that were handed over: to a stack they are existing servers, which only their owner removes. */
export async function removeHandedOver(name: string): Promise<void> {
  const machines = await containersOf(name);
  if (machines.length > 0) await run(["podman", "rm", "--force", "--time", "0", ...machines]);
  await run(["podman", "network", "rm", podmanNames.network(name)]);
}

/** The command that deploys an environment, by the source of its machines. */
const deployers = {
  containers: ["node", "tools/run.js", "start"],
  existing: ["node", "--import", "tsx", "test/support/hand-over.ts"],
};

/** Starts the deployment of an environment. */
export function startDeployment(
  settings: string,
  name = environment,
  platform: keyof typeof deployers = handed ? "existing" : "containers",
): Started {
  const network = /^ +subnet: (.+)$/m.exec(readFileSync(settings, "utf8"))?.[1] ?? "";
  const started = startWords([...deployers[platform], name, settings], withNames(network, domain));
  void started.ended.then(() => (known = undefined));
  return started;
}

/** Deploys an environment. */
export function deploy(...args: Parameters<typeof startDeployment>): Promise<Ended> {
  return end(startDeployment(...args));
}

/** Starts a command of this project in its own process group. */
function startWords(
  [program = "", ...args]: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Started {
  const log = join(mkdtempSync(join(tmpdir(), "pulumi-puppet-")), "command.log");
  const file = openSync(log, "w");
  const child = spawn(program, args, {
    cwd: project,
    env: { ...process.env, ...variables },
    detached: true,
    stdio: ["ignore", file, file],
  });
  const said = (): string => readFileSync(log, "utf8");
  return {
    pid: child.pid ?? 0,
    said,
    says: async (text, seconds) => {
      await until(
        `${args.join(" ")} says "${text}"`,
        () => {
          if (child.exitCode !== null)
            throw new Error(`${args.join(" ")} ended before "${text}":\n${said()}`);
          return said().includes(text);
        },
        seconds,
      );
    },
    ended: once(child, "close").then(([code]) => code as number | null),
  };
}

/** A command's output and exit code, and the seconds it took. */
export interface Ended {
  readonly code: number | null;
  readonly text: string;
  readonly seconds: number;
}

/** Runs the command of one of the project's npm scripts; npm itself would take another second. */
export async function npmRun(script: string, ...args: readonly string[]): Promise<Ended> {
  const ended = await end(startWords(["node", "tools/run.js", script, ...args]));
  if (script === "rotate") known = undefined;
  return ended;
}

async function end(started: Started): Promise<Ended> {
  const began = Date.now();
  const code = await started.ended;
  return { code, text: started.said(), seconds: (Date.now() - began) / 1000 };
}

/** The stack of an environment; the test runner has set up the CLI and its plugins. */
export function stackOf(name = environment): Stack {
  return new Stack(name, process.env);
}

/** Sets a secret in a file, as users do. */
export async function seal(
  settings: string,
  setting: string,
  value: string,
  name = environment,
): Promise<void> {
  const { code, stderr } = await stackOf(name).run(
    [
      ...["config", "set", "--secret", "--path", `puppet:${setting}`],
      ...["--stack", name, "--config-file", settings],
    ],
    { stdin: value },
  );
  if (code !== 0) throw new Error(stderr);
}

/** The outputs of the suite's stack that tests use. */
export interface Outputs {
  puppetServer: string;
  caServer: string;
  compilers: { name: string; fqdn: string; address: string }[];
  hosts: Record<string, { fqdn: string; address: string; roles: string[] }>;
  loadBalancerStatsUrl: string;
  loadBalancerStatsUser: string;
  loadBalancerStatsPassword: string;
  caCertificate: string;
  webhookUrl: string;
  webhookSecret: string;
  agentInstall: string;
  hdmAdminPassword?: string;
}

let known: Promise<Outputs> | undefined;

/** The outputs of the last deployment; the CLI takes a second to read them. */
export function outputs(): Promise<Outputs> {
  known ??= stackOf().outputs() as Promise<unknown> as Promise<Outputs>;
  return known;
}

/**
 * Joins an agent to the suite's environment, as long as the suite runs. It runs only when a test runs it: its service
 * would run at any time in the next half hour, and be counted.
 */
export async function joined(name: string): Promise<AgentEnvironment> {
  const { agentInstall } = await outputs();
  const agent: AgentEnvironment = { environment, domain, distribution, agentInstall };
  await joinAgent(agent, name);
  await output(name, `systemctl stop ${distributions[distribution].services.agent}`);
  return agent;
}
