import { writeFileSync } from "node:fs";
import { reportVariable, setupFile } from "../../tools/lib/test-report.js";

/** Runs a stage's set-up; if it fails, `npm test` says why at its end: Vitest tells its reporters nothing. */
export async function setUp<Value>(run: () => Promise<Value>): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    const report = process.env[reportVariable];
    if (report !== undefined) writeFileSync(setupFile(report), String(error));
    throw error;
  }
}
