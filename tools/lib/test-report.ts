import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { SerializedError } from "vitest";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import { project } from "./paths.js";

/** The result of a test stage. */
export interface TestReport {
  readonly passed: number;
  readonly skipped: number;
  /** Each failed test, and each file that failed outside its tests, with the first line of the reason. */
  readonly failures: readonly string[];
  /** Each file with the time it took, including setup and teardown. */
  readonly files: readonly Timed[];
  readonly tests: readonly Timed[];
}

/** How long something took. */
export interface Timed {
  readonly name: string;
  readonly milliseconds: number;
}

/** Environment variable with the path of the report. */
export const reportVariable = "PULUMI_PUPPET_TEST_REPORT";

/** Path of what a stage's set-up failed with, beside its report. */
export const setupFile = (report: string) => `${report}.set-up`;

/** Vitest reporter that gives `npm test` the result of a stage. */
export default class StageReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const file = process.env[reportVariable];
    if (file !== undefined) writeFileSync(file, JSON.stringify(reportOf(modules, errors)));
  }
}

/**
 * The result of some files.
 *
 * @param errors errors outside any file
 */
export function reportOf(
  modules: readonly TestModule[],
  errors: readonly SerializedError[],
): TestReport {
  const files = modules.map((module) => ({
    module,
    name: relative(`${project}test`, module.moduleId),
    tests: [...module.children.allTests()],
  }));
  const tests = files.flatMap(({ name, tests }) =>
    tests.map((test) => ({ test, name: `${name}: ${test.fullName}` })),
  );
  const inState = (state: ReturnType<TestCase["result"]>["state"]) =>
    tests.filter(({ test }) => test.result().state === state);
  const why = (errors: readonly { readonly message: string }[] | undefined) =>
    stripVTControlCharacters(errors?.[0]?.message ?? "no reason").split("\n")[0] ?? "";
  return {
    passed: inState("passed").length,
    // A pending test never started because its file failed.
    skipped: inState("skipped").length + inState("pending").length,
    failures: [
      ...inState("failed").map(({ test, name }) => `${name}: ${why(test.result().errors)}`),
      // A file itself fails if it cannot be read, or in its setup or teardown.
      ...files.flatMap(({ module, name }) => {
        const suites = [...module.children.allSuites()].flatMap((suite) => suite.errors());
        return [...module.errors(), ...suites].map((error) => `${name}: ${why([error])}`);
      }),
      ...errors.map((error) => `outside the tests: ${why([error])}`),
    ],
    files: files.map(({ module, name }) => ({ name, milliseconds: module.diagnostic().duration })),
    tests: tests.map(({ test, name }) => ({
      name,
      milliseconds: test.diagnostic()?.duration ?? 0,
    })),
  };
}
