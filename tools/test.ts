import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
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
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
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
  const failed: string[] = [];
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
      const { passes, failures } = resultsIn(file);
      passed += passes;
      // A stage can fail outside its tests, in what it sets up or leaves behind.
      if (code !== 0 && failures.length === 0) failures.push("outside its tests");
      failed.push(...failures.map((failure) => `${stage}: ${failure}`));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  took("all", began);
  console.log(`\nstages: ${times.join(", ")}`);
  // Once more at the end, where they are read: a stage can be an hour ago.
  for (const failure of failed) console.log(`failed: ${failure}`);
  console.log(`${String(passed)} passed, ${String(failed.length)} failed`);
  return failed.length === 0 && passed > 0 ? 0 : 1;
});

/** How many tests of a stage passed, and which failed, each with the first line of why. */
function resultsIn(file: string): { passes: number; failures: string[] } {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(file, "utf8")) as Report;
  } catch {
    return { passes: 0, failures: ["ended before it could report"] };
  }
  const failures = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === "failed")
    .map(({ fullName, failureMessages: [why = ""] = [] }) => {
      const [line = ""] = stripVTControlCharacters(why).split("\n");
      return `${fullName}: ${line}`;
    });
  return { passes: report.numPassedTests, failures };
}
