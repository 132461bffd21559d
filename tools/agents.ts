import { distributions } from "../distributions/index.js";
import { podmanNames } from "../hosts/containers/names.js";
import { exec, startContainer } from "./podman.js";
import { Problem } from "./problem.js";
import { run, type Result } from "./shell.js";

/** What joining an agent takes from the environment's outputs. */
export interface AgentEnvironment {
  readonly environment: string;
  /** DNS domain of the hosts. */
  readonly domain: string;
  /** The output `agentInstall`. */
  readonly agentInstall: string;
}

/** The layout of the containers. */
const { paths } = distributions.debian;

/** Whether the container of an agent is there. */
export async function agentExists(environment: string, name: string): Promise<boolean> {
  return (
    (await run(["podman", "container", "exists", podmanNames.container(environment, name)]))
      .code === 0
  );
}

/**
 * Makes a container and joins it as an agent, as any machine is joined.
 *
 * @throws Problem with the script's own message when it does not succeed
 */
export async function joinAgent(
  { environment, domain, agentInstall }: AgentEnvironment,
  name: string,
): Promise<void> {
  await cleanCertificate(environment, `${name}.${domain}`);
  await startContainer(environment, name, domain);
  const { code, stderr } = await exec(environment, name, ["bash", "-s"], {
    stdin: agentInstall,
  });
  if (code !== 0) throw new Problem(`${name} could not join: ${stderr.trim()}`);
}

/** One run of an agent; exit code 0 or 2 is a success, 2 means that it changed something. */
export function runAgent(environment: string, name: string, show = false): Promise<Result> {
  return exec(environment, name, [paths.puppet, "agent", "--test", "--color=false"], { show });
}

/** Removes an agent's container and certificate. */
export async function removeAgent(
  { environment, domain }: AgentEnvironment,
  name: string,
): Promise<void> {
  await run([
    "podman",
    "rm",
    "--force",
    "--ignore",
    "--time",
    "0",
    podmanNames.container(environment, name),
  ]);
  await cleanCertificate(environment, `${name}.${domain}`);
}

/** The compiler that a run's catalog came from, by the message of the first site manifest. */
export function compilerOf(output: string): string | undefined {
  return /Catalog compiled by (\S+)/.exec(output)?.[1];
}

async function cleanCertificate(environment: string, certname: string): Promise<void> {
  const signed = `${paths.cadir}/signed/${certname}.pem`;
  const { code, stderr } = await exec(environment, "main", [
    ...[
      "sh",
      "-c",
      'test ! -e "$1" || puppetserver ca clean --certname "$2"',
      "sh",
      signed,
      certname,
    ],
  ]);
  if (code !== 0)
    throw new Problem(`the old certificate of ${certname} could not be removed: ${stderr.trim()}`);
}

/** The DNS domain of an environment's hosts, from the stack's outputs. */
export function domainOf(outputs: {
  readonly hosts: Record<string, { readonly fqdn: string }>;
}): string {
  const [main] = Object.values(outputs.hosts);
  return (main?.fqdn ?? "").split(".").slice(1).join(".");
}
