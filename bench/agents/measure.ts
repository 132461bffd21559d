import { columns } from "../../tools/lib/columns.js";
import { percentile } from "../percentile.js";
import { joinAgents } from "./agents.js";
import type { Target } from "./target.js";

/** How many runs of simulated agents an environment takes, and what the simulator itself costs. */
export async function measureAgents(
  target: Target,
  count: number,
  seconds: number,
): Promise<{ text: string; failed: number }> {
  const agents = await joinAgents(target, { simulated: count, real: 0 });
  try {
    const [began, before] = [Date.now(), process.cpuUsage()];
    const runs = await agents.run({ seconds });
    const { user, system } = process.cpuUsage(before);
    const minutes = (Date.now() - began) / 60_000;
    const took = runs.map((run) => run.seconds);
    const failures = runs.flatMap(({ failure }) => failure ?? []);
    const rows = [
      ["runs", String(runs.length)],
      ["failed", String(failures.length)],
      ["runs a minute", (runs.length / minutes).toFixed(0)],
      [
        "p50 and p99",
        `${(percentile(took, 0.5) ?? 0).toFixed(2)} s, ${(percentile(took, 0.99) ?? 0).toFixed(2)} s`,
      ],
      ["came again", String(runs.reduce((sum, { retries }) => sum + retries, 0))],
      [
        "the simulator's processor time",
        `${((user + system) / 1000 / runs.length).toFixed(1)} ms a run`,
      ],
    ];
    const reasons = [...new Set(failures)].slice(0, 10);
    return { text: [...columns(rows), ...reasons].join("\n"), failed: failures.length };
  } finally {
    await agents.remove();
  }
}
