import { readdirSync, readFileSync } from "node:fs";

/** The command line of every process on this machine, including those in containers. */
export function runningCommandLines(): string[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")];
      } catch {
        // The process ended after the folder was read.
        return [];
      }
    });
}
