import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareMachine } from "../lib/machine.js";
import { project } from "../lib/paths.js";
import { main, Problem } from "../lib/problem.js";
import { run } from "../lib/shell.js";
import { reportVariable, setupFile, type TestReport } from "../lib/test-report.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

/** The stage that runs first; each is a project in vitest.config.ts. */
const first = "unit";
/** Stages that then run in two parallel rows: a deployment mostly waits for its hosts. */
const together = [["local"], ["engine", "rendered", "contract", "environments"]];
const stages = [first, ...together.flat()];
/** Stages that need no container. */
const withoutContainers = ["unit", "engine"];

/** Number of slowest tests that are shown at the end. */
const slowest = 20;

// `npm test [-- STAGE ... | STAGE/FILE ...]`: runs all stages, or those named, and shows how long each took.
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

  // During the stages that need no image; if it fails, the first stage that needs one retries and says why.
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
    await test(first);
    // Both to their end, as both write their reports.
    const rows = await Promise.allSettled(together.map(oneByOne));
    for (const row of rows) if (row.status === "rejected") throw row.reason;
  } finally {
    rmSync(folder, { recursive: true });
  }
  took("all", began);
  return summary(reports, times) ? 0 : 1;
});

/**
 * The files to run by stage; no files means the whole stage.
 *
 * @param words `STAGE`, or `STAGE/FILE` with the beginning of a file's name
 * @throws Problem if there is no such stage
 */
function filesByStage(words: readonly string[]): Map<string, string[]> {
  const wanted = new Map<string, string[]>();
  for (const word of words.length > 0 ? words : stages) {
    const [, stage = "", file] = /^([^/]*)(?:\/(.+))?$/.exec(word.replace(/^test\//, "")) ?? [];
    if (!stages.includes(stage)) {
      throw new Problem(
        `${word} is neither a test stage nor a file of one; write one or more of ${stages.join(", ")}, a file such as local/scaling, or nothing for all.`,
      );
    }
    const files = wanted.get(stage) ?? [];
    wanted.set(stage, file === undefined ? files : [...files, `test/${stage}/${file}`]);
  }
  return wanted;
}

/** The result of a stage; one that failed outside its tests, or wrote no report, has failed too. */
function readReport(stage: string, file: string, code: number): TestReport {
  if (!existsSync(file)) {
    const failures = [`${stage}: ended before it could report`];
    return { passed: 0, skipped: 0, failures, files: [], tests: [] };
  }
  const report = JSON.parse(readFileSync(file, "utf8")) as TestReport;
  if (code === 0 || report.failures.length > 0) return report;
  const reason = existsSync(setupFile(file))
    ? `: ${lastLines(readFileSync(setupFile(file), "utf8"))}`
    : "";
  return { ...report, failures: [`${stage}: outside its tests${reason}`] };
}

/** The end of a text: a command says last why it failed. */
function lastLines(text: string): string {
  return text.trim().split("\n").slice(-12).join("\n  ");
}

/** Prints how long everything took and what failed; returns whether everything passed. */
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
  // Repeated at the end, where people look: the stage may have ended half an hour ago.
  for (const failure of failures) console.log(`failed: ${failure}`);
  console.log(
    `${String(passed)} passed, ${String(failures.length)} failed, ${String(skipped)} skipped`,
  );
  return failures.length === 0 && passed > 0;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(0)} s`;
}
