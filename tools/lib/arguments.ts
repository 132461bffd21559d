import { Problem } from "./problem.js";

/** A command for a message, with the name of its environment unless that is the default. */
export function namedCommand(command: string, environment: string): string {
  return environment === "local" ? command : `${command} -- ${environment}`;
}

/**
 * The words of a command, and whether its one option is among them.
 *
 * @throws Problem if there is any other option
 */
export function wordsAndOption(option: string): { words: string[]; given: boolean } {
  const words = process.argv.slice(2);
  const unknown = words.find((word) => word.startsWith("-") && word !== option);
  if (unknown !== undefined) {
    throw new Problem(
      `${unknown} is not an option of this command; write ${option}, or leave it out.`,
    );
  }
  return { words: words.filter((word) => word !== option), given: words.includes(option) };
}
