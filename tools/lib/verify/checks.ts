import { columns } from "../columns.js";

/** The result of a check; `skipped` if it has nothing to check, or cannot check it. */
export type Outcome = "ok" | "warning" | "failed" | "skipped";

/** One check of a live deployment. */
export interface Check {
  /** What is checked. */
  readonly what: string;
  readonly outcome: Outcome;
  /** What was found, and what to do about a problem. */
  readonly sentence: string;
}

/** A check, by what is checked and its result. */
export const check = (what: string, outcome: Outcome, sentence: string): Check => ({
  what,
  outcome,
  sentence,
});

/** The checks as a table. */
export function table(checks: readonly Check[]): string {
  const rows = checks.map(({ what, outcome, sentence }) => [what, outcome, sentence]);
  return columns([["check", "result", ""], ...rows]).join("\n");
}

/** 0 if everything passes, 2 if there are only warnings, 1 if something failed. */
export function exitCode(checks: readonly Check[]): number {
  const ended = (outcome: Outcome) => checks.some((check) => check.outcome === outcome);
  if (ended("failed")) return 1;
  return ended("warning") ? 2 : 0;
}

/** A duration in words. */
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

/** The last line of a program's output, without a final period; lines of a Ruby backtrace are skipped. */
export function lastLine(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !/^\s+from /.test(line));
  return lines.at(-1)?.trim().replace(/\.$/, "") ?? "no output";
}
