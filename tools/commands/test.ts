import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareMachine } from "../lib/machine.js";
import { project } from "../lib/paths.js";
import { main, Problem } from "../lib/problem.js";
import { run } from "../lib/shell.js";
import { reportVariable, type TestReport } from "../lib/test-report.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

/** The stages that run first, one after the other; each stage is a project of vitest.config.ts. */
const first = ["unit", "rendered"];
/** Those that run at the same time as others, in two rows: a deployment waits for its hosts more than it computes. */
const together = [["local"], ["engine", "contract", "environments"]];
const stages = [...first, ...together.flat()];
/** Those that need no container. */
const withoutContainers = ["unit", "engine"];

/** How many of the slowest tests are shown at the end. */
const slowest = 20;

// `npm test [-- STAGE ... | STAGE/FILE ...]`: all stages, or what is named, with the time that each took.
await main(async () => {
  const wanted = filesByStage(process.argv.slice(2));
  const began = Date.now();
  const times: string[] = [];
  const took = (what: string, since: number) => {
    times.push(`${what} ${seconds(Date.now() - since)}`);
  };

  await prepareMachine((line) => {
    console.log(line);
  });
  const env = await toolchain();
  took("set-up", began);

  // Beside the stages that need none; where it fails, the first one that needs it tries again and says why.
  const images = [...wanted.keys()].every((stage) => withoutContainers.includes(stage))
    ? undefined
    : run([process.execPath, "--import", "tsx", "test/support/images/make.ts"], {
        cwd: project,
      }).catch(() => undefined);
  const folder = mkdtempSync(join(tmpdir(), "pulumi-puppet-test-"));
  const reports: TestReport[] = [];
  try {
    const test = async (stage: string) => {
      const files = wanted.get(stage);
      if (files === undefined) return;
      if (!withoutContainers.includes(stage)) await images;
      const since = Date.now();
      const file = join(folder, `${stage}.json`);
      const reporters = ["--reporter=verbose", "--reporter=./tools/lib/test-report.ts"];
      const { code } = await run(
        ["npx", "--no-install", "vitest", "run", "--project", stage, ...reporters, ...files],
        { cwd: project, env: { ...env, [reportVariable]: file }, show: true },
      );
      took(stage, since);
      reports.push(readReport(stage, file, code));
    };
    const oneByOne = async (row: readonly string[]) => {
      for (const stage of row) await test(stage);
    };
    await oneByOne(first);
    await Promise.all(together.map(oneByOne));
  } finally {
    rmSync(folder, { recursive: true });
  }
  took("all", began);
  return summary(reports, times) ? 0 : 1;
});

/**
 * What is to be run: files by their stage, none for the whole of it.
 *
 * @param words `STAGE`, or `STAGE/FILE` with the beginning of a file's name
 * @throws Problem when there is no such stage
 */
function filesByStage(words: readonly string[]): Map<string, string[]> {
  const wanted = new Map<string, string[]>();
  for (const word of words.length > 0 ? words : stages) {
    const [, stage = "", file] = /^([^/]*)(?:\/(.+))?$/.exec(word.replace(/^test\//, "")) ?? [];
    if (!stages.includes(stage)) {
      throw new Problem(
        `${word} is not a stage of the tests, nor a file of one; write some of ${stages.join(", ")}, a file as in local/scaling, or nothing for all.`,
      );
    }
    const files = wanted.get(stage) ?? [];
    wanted.set(stage, file === undefined ? files : [...files, `test/${stage}/${file}`]);
  }
  return wanted;
}

/** What came of a stage; one that failed outside its tests, or told nothing, has failed as well. */
function readReport(stage: string, file: string, code: number): TestReport {
  if (!existsSync(file)) {
    const failures = [`${stage}: ended before it could report`];
    return { passed: 0, skipped: 0, failures, files: [], tests: [] };
  }
  const report = JSON.parse(readFileSync(file, "utf8")) as TestReport;
  if (code === 0 || report.failures.length > 0) return report;
  return { ...report, failures: [`${stage}: outside its tests`] };
}

/** Prints how long everything took and what failed; whether all is well. */
function summary(reports: readonly TestReport[], times: readonly string[]): boolean {
  const all = <Row>(rows: (report: TestReport) => readonly Row[]): Row[] => reports.flatMap(rows);
  const longest = <Row extends { milliseconds: number }>(rows: Row[]) =>
    rows.sort((one, other) => other.milliseconds - one.milliseconds);
  const row = ({ name, milliseconds }: { name: string; milliseconds: number }) =>
    `${seconds(milliseconds).padStart(8)}  ${name}`;

  console.log("\nfiles, with what each sets up");
  for (const file of longest(all(({ files }) => files))) console.log(row(file));
  console.log(`\nthe ${String(slowest)} slowest tests`);
  for (const test of longest(all(({ tests }) => tests)).slice(0, slowest)) console.log(row(test));

  console.log(`\nstages: ${times.join(", ")}`);
  const failures = all(({ failures }) => failures);
  const passed = reports.reduce((sum, report) => sum + report.passed, 0);
  const skipped = reports.reduce((sum, report) => sum + report.skipped, 0);
  // Once more at the end, where they are read: a stage can be half an hour ago.
  for (const failure of failures) console.log(`failed: ${failure}`);
  console.log(
    `${String(passed)} passed, ${String(failures.length)} failed, ${String(skipped)} skipped`,
  );
  return failures.length === 0 && passed > 0;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(0)} s`;
}
