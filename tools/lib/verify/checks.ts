import { columns } from "../columns.js";

/** What became of a check; `not made` when it has nothing to look at, or nothing to look with. */
export type Outcome = "ok" | "warning" | "failed" | "not made";

/** One check of a live deployment. */
export interface Check {
  /** What is looked at. */
  readonly what: string;
  readonly outcome: Outcome;
  /** What was found, and what to do where it is not well. */
  readonly sentence: string;
}

/** A check by what is looked at, and how it ended. */
export const check = (what: string, outcome: Outcome, sentence: string): Check => ({
  what,
  outcome,
  sentence,
});

/** The checks as lines below each other. */
export function table(checks: readonly Check[]): string {
  const rows = checks.map(({ what, outcome, sentence }) => [what, outcome, sentence]);
  return columns([["check", "result", ""], ...rows]).join("\n");
}

/** 0 when all is well, 2 when there are only warnings, 1 when something failed. */
export function exitCode(checks: readonly Check[]): number {
  const ended = (outcome: Outcome) => checks.some((check) => check.outcome === outcome);
  if (ended("failed")) return 1;
  return ended("warning") ? 2 : 0;
}

/** How long something is, in words. */
export function duration(seconds: number): string {
  const [unit, name] =
    seconds < 120
      ? [1, "s"]
      : seconds < 7200
        ? [60, "min"]
        : seconds < 172_800
          ? [3600, "hours"]
          : [86_400, "days"];
  return `${Math.floor(seconds / unit)} ${name}`;
}

/** The last line that a program printed, without what ends a sentence; where Ruby was then is left out. */
export function lastLine(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !/^\s+from /.test(line));
  return lines.at(-1)?.trim().replace(/\.$/, "") ?? "it said nothing";
}
