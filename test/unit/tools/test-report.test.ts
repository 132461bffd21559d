import type { SerializedError } from "vitest";
import type { TestModule } from "vitest/node";
import { describe, expect, it } from "vitest";
import { project } from "../../../tools/lib/paths.js";
import { reportOf } from "../../../tools/lib/test-report.js";

interface Made {
  tests?: [name: string, state: string, milliseconds: number, message?: string][];
  errors?: string[];
  suiteErrors?: string[];
}

/** The parts of a file's results that a report uses. */
function moduleOf(name: string, { tests = [], errors = [], suiteErrors = [] }: Made): TestModule {
  const errorsOf = (messages: string[]) => messages.map((message) => ({ message }));
  return {
    moduleId: `${project}test/${name}`,
    diagnostic: () => ({ duration: 2500 }),
    errors: () => errorsOf(errors),
    children: {
      allTests: () =>
        tests.map(([fullName, state, duration, message]) => ({
          fullName,
          result: () => ({
            state,
            errors: message === undefined ? undefined : errorsOf([message]),
          }),
          diagnostic: () => (state === "skipped" ? undefined : { duration }),
        })),
      allSuites: () => [{ errors: () => errorsOf(suiteErrors) }],
    },
  } as unknown as TestModule;
}

const name = "local/a.test.ts";
const works: NonNullable<Made["tests"]>[number] = ["a thing works", "passed", 1200];

describe("the report of a stage", () => {
  it("has the number of tests that passed and did not run, and the time of each file and test", () => {
    const tests: Made["tests"] = [works, ["a thing waits", "skipped", 0], ["more", "pending", 0]];
    expect(reportOf([moduleOf(name, { tests })], [])).toEqual({
      ...{ passed: 1, skipped: 2, failures: [] },
      files: [{ name, milliseconds: 2500 }],
      tests: [
        { name: `${name}: a thing works`, milliseconds: 1200 },
        { name: `${name}: a thing waits`, milliseconds: 0 },
        { name: `${name}: more`, milliseconds: 0 },
      ],
    });
  });

  it("names each failed test, with the first line of the reason", () => {
    const breaks = "\u001b[31mit is up: not within 5 s\u001b[39m\n    at somewhere";
    const tests: Made["tests"] = [works, ["a thing breaks", "failed", 300, breaks]];
    expect(reportOf([moduleOf(name, { tests })], []).failures).toEqual([
      `${name}: a thing breaks: it is up: not within 5 s`,
    ]);
  });

  it.each<[string, Made]>([
    ["its teardown", { errors: ["the environment was not left as it was found\nmore"] }],
    ["the teardown of a group", { suiteErrors: ["the environment was not left as it was found"] }],
  ])("names a file that failed in %s, though all of its tests passed", (_, made) => {
    expect(reportOf([moduleOf(name, { tests: [works], ...made })], []).failures).toEqual([
      `${name}: the environment was not left as it was found`,
    ]);
  });

  it("has failures outside any file", () => {
    const error = { message: "npm stop failed:\nwhy" } as SerializedError;
    expect(reportOf([], [error]).failures).toEqual(["outside the tests: npm stop failed:"]);
  });
});
