import { setTimeout as pause } from "node:timers/promises";
import { joinAgents, type Counts } from "../agents/agents.js";
import { secureContext, type Target } from "../agents/target.js";
import { agentsPort } from "../../templates/puppetserver/puppetserver.js";
import type { Change } from "./changes.js";
import type { Made, Soaked } from "./figures.js";
import { PoolWatch } from "./pool.js";
import { Probe } from "./probes.js";
import { Rounds, seeded } from "./random.js";
import { reportsSeen } from "./reports.js";
import type { Trial } from "./trial.js";

/** Seconds that a change may go on after the end; agents run as long. */
const overtime = 3600;

/** What a soak does. */
export interface Soak {
  readonly target: Target;
  readonly trial: Trial;
  readonly agents: Counts;
  /** The kinds of change, in random order. */
  readonly changes: readonly Change[];
  readonly seed: number;
  /** Seconds after which no change begins. */
  readonly seconds: number;
  /** Seconds without a change before each one, to compare with. */
  readonly quiet: number;
  /** Ends it before. */
  readonly signal: AbortSignal;
  /** Receives a line for each step. */
  readonly say: (line: string) => void;
}

/** Lets agents run while an environment is changed; whoever made the trial puts back what was there before. */
export async function soak(soak: Soak): Promise<Soaked> {
  const { target, trial, say } = soak;
  say(`agents join: ${String(soak.agents.simulated)} simulated, ${String(soak.agents.real)} real`);
  const agents = await joinAgents(target, soak.agents);
  try {
    const start = Date.now();
    const ended = new AbortController();
    const probes = probesOf(target);
    const watch = new PoolWatch(trial.statistics);
    const running = agents.run({ seconds: soak.seconds + overtime, signal: ended.signal });
    const changes = await changed(soak);
    ended.abort();
    const runs = await running;
    const { seed } = soak;
    return {
      ...{ environment: target.agent.environment, seed, start, end: Date.now(), changes, runs },
      probes: await Promise.all(probes.map((probe) => probe.stop())),
      pool: await watch.stop(),
      reports: await reportsSeen(trial, runs),
    };
  } finally {
    // What was seen is worth more than a tidy environment.
    await agents.remove().catch((error: unknown) => {
      say(`agents could not be removed: ${String(error)}`);
    });
  }
}

/** Makes changes until time is over, one after the other; one that fails is the last. */
async function changed({ trial, changes, seed, ...soak }: Soak): Promise<Made[]> {
  const { seconds, quiet, signal, say } = soak;
  const random = seeded(seed);
  const rounds = new Rounds(changes, random);
  const deadline = AbortSignal.timeout(seconds * 1000);
  const over = AbortSignal.any([deadline, signal]);
  const made: Made[] = [];
  for (;;) {
    await pause(quiet * 1000, undefined, { signal: over }).catch(() => undefined);
    const change = over.aborted ? undefined : rounds.next(({ possible }) => possible(trial));
    if (change === undefined) return made;
    const { name } = change;
    say(`${name} ...`);
    const start = Date.now();
    try {
      await change.make(trial, random);
      made.push({ name, start, end: Date.now() });
      say(`${name}: ${((Date.now() - start) / 1000).toFixed(0)} s`);
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      say(`${name} failed: ${failure}; see ${trial.log}`);
      return [...made, { name, start, end: Date.now(), failure }];
    }
  }
}

/** For each service, one on new connections and one on a kept one. */
function probesOf(target: Target): Probe[] {
  const context = secureContext(target);
  return [...target.addresses].flatMap(([host, address]) =>
    [false, true].map(
      (kept) => new Probe(host, { host, port: agentsPort, address, context }, kept),
    ),
  );
}
