import { randomInt } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { targetOf } from "../../bench/agents/target.js";
import { changes } from "../../bench/soak/changes.js";
import { passed, tables } from "../../bench/soak/figures.js";
import { soak } from "../../bench/soak/soak.js";
import { Trial } from "../../bench/soak/trial.js";
import { project } from "../lib/paths.js";
import type { Statistics } from "../lib/pool.js";
import { main, Problem } from "../lib/problem.js";
import { Stack } from "../lib/stack.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

const usage = "npm run soak -- MINUTES [ENVIRONMENT] [--seed NUMBER]";
/** Of ten runs, at least one is real; two containers keep up with as many simulated agents. */
const agents = { simulated: 10, real: 2 } as const;

// Lets agents run while the environment is changed in random order, and shows what they noticed. The exit code is 1 if a
// run failed, or a change.
await main(async () => {
  const { minutes, name, seed } = given();
  const stack = new Stack(name, await toolchain());
  const target = await targetOf(stack);
  const trial = new Trial(stack, (await stack.outputs()) as unknown as Statistics);
  console.log(`seed ${String(seed)}; what commands say is in ${trial.log}`);
  const say = (line: string) => {
    console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
  };
  try {
    const soaked = await soak({
      ...{ target, trial, agents, changes, seed },
      ...{ seconds: minutes * 60, quiet: 20, signal: interrupted(trial), say },
    });
    const file = join(project, `soak-${name}-${String(seed)}.json`);
    writeFileSync(file, `${JSON.stringify(soaked, null, 2)}\n`);
    console.log(`\n${tables(soaked)}\n\n${file}\n`);
    return passed(soaked) ? 0 : 1;
  } finally {
    say("putting back the settings and the code");
    await trial.putBack();
  }
});

/** Ends the soak at the first Ctrl-C, when the change is done that is under way; the second one leaves everything. */
function interrupted(trial: Trial): AbortSignal {
  const controller = new AbortController();
  process.on("SIGINT", () => {
    if (controller.signal.aborted) {
      console.log(`\nleft as it is; to put the settings back: ${trial.byHand()}`);
      process.exit(130);
    }
    console.log("\nending, once the change that is under way is done; Ctrl-C again leaves it");
    controller.abort();
  });
  return controller.signal;
}

function given(): { minutes: number; name: string; seed: number } {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { seed: { type: "string", default: String(randomInt(1_000_000)) } },
    });
    const [minutes, name = "local", ...more] = positionals;
    const [time, seed] = [Number(minutes), Number(values.seed)];
    const known = time > 0 && time <= 1380 && Number.isInteger(seed) && seed >= 0;
    if (known && name !== "" && more.length === 0) return { minutes: time, name, seed };
  } catch {
    // Reported below.
  }
  throw new Problem(
    `These arguments are invalid; write ${usage}, with at most 1380 minutes and a seed of digits.`,
  );
}
