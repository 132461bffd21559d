import { SettingsError } from "../../settings/settings.js";

/** Something its user can put right; its message says how, in one sentence, and no stack trace is shown. */
export class Problem extends Error {}

/** Runs a command's main function and turns what it throws into a message and exit code 1. */
export async function main(run: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await run();
  } catch (error) {
    const known = error instanceof Problem || error instanceof SettingsError;
    console.error(known ? error.message : error);
    process.exitCode = 1;
  }
}
