import { distributions, type DistributionName } from "../../distributions/index.js";
import { mainName } from "../../roles/main/main.js";
import { removeCertificate } from "../../templates/autosign/autosign.js";
import { exec, removeContainer, startContainer } from "./podman.js";
import { Problem } from "./problem.js";
import type { Result } from "./shell.js";

/** The environment of an agent. */
export interface AgentEnvironment {
  /** Its name. */
  readonly environment: string;
  /** DNS domain of the hosts. */
  readonly domain: string;
  /** Where the agent's package comes from. */
  readonly distribution: DistributionName;
  /** The output `agentInstall`. */
  readonly agentInstall: string;
}

/** The agent that demonstrates, after each deployment, that the environment works. */
export const demonstrationAgent = "agent1";

/** Whether an agent exists and has joined this environment, not an earlier one with the same name. */
async function isJoined(agent: AgentEnvironment, name: string): Promise<boolean> {
  const { paths, services } = distributions[agent.distribution];
  const authority = /^ca_fingerprint = .*$/m.exec(agent.agentInstall)?.[0] ?? "";
  // Enabling the service is the last step of joining.
  const test = 'grep -qxF "$1" "$2" && systemctl is-enabled --quiet "$3"';
  const values = [authority, `${paths.confdir}/puppet.conf`, services.agent];
  return (await exec(agent.environment, name, ["sh", "-c", test, "sh", ...values])).code === 0;
}

/**
 * Creates a container and joins it as an agent, in the same way as any machine.
 *
 * @throws Problem with the script's own message if it fails
 */
export async function joinAgent(agent: AgentEnvironment, name: string): Promise<void> {
  await cleanCertificate(agent, name);
  await startContainer(agent.environment, name, agent.domain);
  const stdin = agent.agentInstall;
  const { code, stderr } = await exec(agent.environment, name, ["bash", "-s"], { stdin });
  if (code !== 0) throw new Problem(`${name} could not join: ${stderr.trim()}`);
}

/**
 * Runs an agent once; exit codes 0 and 2 are a success, 2 means that it changed something. It waits up to two minutes
 * for a run that the agent's service has started.
 */
export function runAgent(
  { environment, distribution }: Pick<AgentEnvironment, "environment" | "distribution">,
  name: string,
  show = false,
): Promise<Result> {
  const { puppet } = distributions[distribution].paths;
  return exec(environment, name, [puppet, ...agentRun], { show });
}

/** Arguments of Puppet for one run that waits for any other run of the same agent. */
export const agentRun = [
  ...["agent", "--test", "--color=false"],
  ...["--waitforlock", "1", "--maxwaitforlock", "120"],
] as const;

/**
 * Shows that an environment works: runs its agent once, after joining it if necessary.
 *
 * @returns the compiler of the catalog, if the run names it
 * @throws Problem with the whole output of a failed run
 */
export async function demonstrate(agent: AgentEnvironment): Promise<string | undefined> {
  const name = demonstrationAgent;
  if (!(await isJoined(agent, name))) {
    console.log(`\njoining ${name}.${agent.domain} as an agent`);
    await joinAgent(agent, name);
  }
  const { code, stdout, stderr } = await runAgent(agent, name);
  if (code !== 0 && code !== 2) {
    throw new Problem(
      `the run of ${name} failed with exit code ${String(code)}:\n${stdout}${stderr}`,
    );
  }
  return compilerOf(stdout);
}

/** Removes an agent's container and certificate. */
export async function removeAgent(agent: AgentEnvironment, name: string): Promise<void> {
  // In this order: Podman's DNS, which the main server asks for the CA, is away for a moment when a container stops.
  await cleanCertificate(agent, name);
  await removeContainer(agent.environment, name);
}

/** The compiler of a run's catalog, according to the message from the initial site manifest. */
export function compilerOf(output: string): string | undefined {
  return /Catalog compiled by (\S+)/.exec(output)?.[1];
}

/** Revokes and removes an earlier certificate with the same name, because the CA would reject a new key for it. */
async function cleanCertificate(agent: AgentEnvironment, name: string): Promise<void> {
  const certname = `${name}.${agent.domain}`;
  const clean = removeCertificate(certname);
  const { code, stderr } = await exec(agent.environment, mainName, ["sh", "-c", clean]);
  if (code !== 0) {
    throw new Problem(`the old certificate of ${certname} could not be removed: ${stderr.trim()}`);
  }
}
