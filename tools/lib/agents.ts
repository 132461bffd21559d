import { distributions, type DistributionName } from "../../distributions/index.js";
import { podmanNames } from "../../platforms/containers/names.js";
import { mainName } from "../../roles/main/main.js";
import { renderCleanCertificate } from "../../templates/puppetserver/puppetserver.js";
import { exec, startContainer } from "./podman.js";
import { Problem } from "./problem.js";
import { run, type Result } from "./shell.js";

/** The environment that an agent belongs to. */
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

/** The agent that shows, after each deployment, that the environment works. */
export const demonstrationAgent = "agent1";

/** Whether an agent is there and joined to the environment as it is now, and not to an earlier one. */
async function isJoined(agent: AgentEnvironment, name: string): Promise<boolean> {
  const { paths, services } = distributions[agent.distribution];
  const authority = /^ca_fingerprint = .*$/m.exec(agent.agentInstall)?.[0] ?? "";
  // Enabling the service is the last step of joining.
  const test = 'grep -qxF "$1" "$2" && systemctl is-enabled --quiet "$3"';
  const values = [authority, `${paths.confdir}/puppet.conf`, services.agent];
  return (await exec(agent.environment, name, ["sh", "-c", test, "sh", ...values])).code === 0;
}

/**
 * Makes a container and joins it as an agent, as any machine is joined.
 *
 * @throws Problem with the script's own message when it does not succeed
 */
export async function joinAgent(agent: AgentEnvironment, name: string): Promise<void> {
  await cleanCertificate(agent, name);
  await startContainer(agent.environment, name, agent.domain);
  const stdin = agent.agentInstall;
  const { code, stderr } = await exec(agent.environment, name, ["bash", "-s"], { stdin });
  if (code !== 0) throw new Problem(`${name} could not join: ${stderr.trim()}`);
}

/**
 * One run of an agent; exit code 0 or 2 is a success, 2 means that it changed something. It waits up to two minutes
 * for a run of the agent's own service, which comes at a time of its own.
 */
export function runAgent(
  { environment, distribution }: Pick<AgentEnvironment, "environment" | "distribution">,
  name: string,
  show = false,
): Promise<Result> {
  const { puppet } = distributions[distribution].paths;
  return exec(environment, name, [puppet, ...agentRun], { show });
}

/** What Puppet is told for one run that waits for another of the same agent. */
export const agentRun = [
  ...["agent", "--test", "--color=false"],
  ...["--waitforlock", "1", "--maxwaitforlock", "120"],
] as const;

/**
 * Shows that an environment works: one run of its agent, which is joined first where it is not.
 *
 * @returns the compiler that the catalog came from, as far as the run tells
 * @throws Problem with all that a run said that failed
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
  const container = podmanNames.container(agent.environment, name);
  await run(["podman", "rm", "--force", "--ignore", "--time", "0", container]);
  await cleanCertificate(agent, name);
}

/** The compiler that a run's catalog came from, by the message of the first site manifest. */
export function compilerOf(output: string): string | undefined {
  return /Catalog compiled by (\S+)/.exec(output)?.[1];
}

/** Revokes and forgets an earlier certificate of the name, which would refuse a new key. */
async function cleanCertificate(agent: AgentEnvironment, name: string): Promise<void> {
  const certname = `${name}.${agent.domain}`;
  const clean = renderCleanCertificate(distributions[agent.distribution], certname);
  const { code, stderr } = await exec(agent.environment, mainName, ["sh", "-c", clean]);
  if (code !== 0) {
    throw new Problem(`the old certificate of ${certname} could not be removed: ${stderr.trim()}`);
  }
}
