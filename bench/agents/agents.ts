import { demonstrationAgent } from "../../tools/lib/agents.js";
import { removeContainer } from "../../tools/lib/podman.js";
import { Problem } from "../../tools/lib/problem.js";
import { forget, join } from "./join.js";
import { PuppetClient } from "./puppet-client.js";
import { factsFrom, realAgent } from "./real-agent.js";
import { runAll, type Bounds, type Runner, type RunRecord } from "./runs.js";
import { SimulatedAgent } from "./simulated-agent.js";
import type { Target } from "./target.js";

/** The most agents of each kind, and the longest time for which they run: this is for trial environments. */
const limits = { simulated: 1000, real: 20, seconds: 24 * 3600 } as const;

/** How many agents. */
export interface Counts {
  readonly simulated: number;
  /** Containers that run `puppet agent`. */
  readonly real: number;
}

/** Agents that have joined an environment, each with a certificate of its own. */
export interface Agents {
  /**
   * Lets them run, each one run after the other.
   *
   * @returns all runs, in the order in which they ended
   */
  run(bounds: Bounds): Promise<RunRecord[]>;
  /** Removes them and their certificates. */
  remove(): Promise<void>;
}

/**
 * Joins simulated and real agents to an environment that {@link targetOf} describes. Whoever joins them removes them.
 *
 * @throws Problem if there are too many, or if one cannot join
 */
export async function joinAgents(target: Target, counts: Counts): Promise<Agents> {
  within("simulated agents", counts.simulated, limits.simulated);
  within("real agents", counts.real, limits.real);
  const { domain } = target.agent;
  const certnames = named("simulated", counts.simulated).map((name) => `${name}.${domain}`);
  const containers = named("real", counts.real);
  const remove = async () => {
    // The certificates first: Podman's DNS is away for a moment when a container stops.
    await forget(target, [...certnames, ...containers.map((name) => `${name}.${domain}`)]);
    for (const name of containers) await removeContainer(target.agent.environment, name);
  };
  try {
    const facts = await factsFrom(target, demonstrationAgent);
    const identities = await join(target, certnames);
    const simulated = identities.map((identity) => {
      const { certname } = identity;
      const agent = new SimulatedAgent(certname, facts, () => new PuppetClient(target, identity));
      return { name: certname, real: false, run: () => agent.run() };
    });
    const real: Runner[] = [];
    for (const name of containers) real.push(await realAgent(target, name));
    return {
      run: (bounds) => {
        within("seconds", bounds.seconds, limits.seconds);
        return runAll([...real, ...simulated], bounds);
      },
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

const named = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index + 1)}`);

function within(what: string, count: number, most: number): void {
  if (Number.isFinite(count) && count >= 0 && count <= most) return;
  throw new Problem(
    `${String(count)} ${what} are not possible here; give a number up to ${String(most)}.`,
  );
}
