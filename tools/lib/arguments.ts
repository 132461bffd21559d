import { Problem } from "./problem.js";

/**
 * The words of a command, and whether its one option is among them.
 *
 * @throws Problem when there is another option
 */
export function wordsAndOption(option: string): { words: string[]; given: boolean } {
  const words = process.argv.slice(2);
  const unknown = words.find((word) => word.startsWith("-") && word !== option);
  if (unknown !== undefined) {
    throw new Problem(`${unknown} is no option of this command; write ${option}, or leave it out.`);
  }
  return { words: words.filter((word) => word !== option), given: words.includes(option) };
}
