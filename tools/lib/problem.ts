import { SettingsError } from "../../settings/settings.js";

/** A problem that the user can fix; its message says how, in one sentence, and is shown without a stack trace. */
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
