import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareMachine } from "./machine.js";
import { project } from "./paths.js";
import { main, Problem } from "./problem.js";
import { run } from "./shell.js";
import { toolchain } from "./toolchain/toolchain.js";

/** The stages, the quickest first; each is a project of vitest.config.ts. */
const stages = ["unit", "rendered", "engine", "contract", "local"];

/** What vitest's JSON reporter tells. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
}

// `npm test [-- STAGE ...]`: all stages or the ones that are named, with the time each took.
await main(async () => {
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((stage) => !stages.includes(stage));
  if (unknown !== undefined) {
    throw new Problem(
      `${unknown} is not a stage of the tests; write some of ${stages.join(", ")}, or none for all.`,
    );
  }
  const began = Date.now();
  const times: string[] = [];
  const took = (what: string, since: number) => {
    times.push(`${what} ${((Date.now() - since) / 1000).toFixed(0)} s`);
  };

  await prepareMachine((line) => {
    console.log(line);
  });
  const env = await toolchain();
  took("set-up", began);

  const folder = mkdtempSync(join(tmpdir(), "pulumi-puppet-test-"));
  let passed = 0;
  let failed = 0;
  try {
    for (const stage of wanted.length > 0 ? wanted : stages) {
      const since = Date.now();
      const file = join(folder, `${stage}.json`);
      const reporters = ["--reporter=verbose", "--reporter=json", `--outputFile.json=${file}`];
      const { code } = await run(
        ["npx", "--no-install", "vitest", "run", "--project", stage, ...reporters],
        {
          cwd: project,
          env,
          show: true,
        },
      );
      took(stage, since);
      const report = reportIn(file);
      passed += report.numPassedTests;
      // A stage can fail outside its tests, in what it sets up or leaves behind.
      failed += code !== 0 && report.numFailedTests === 0 ? 1 : report.numFailedTests;
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  took("all", began);
  console.log(`\nstages: ${times.join(", ")}\n${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
});

function reportIn(file: string): Report {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Report;
  } catch {
    // The stage ended before it could report.
    return { numPassedTests: 0, numFailedTests: 1 };
  }
}
