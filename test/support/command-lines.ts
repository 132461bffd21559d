import { readdirSync, readFileSync } from "node:fs";

/** The command line of every process on this machine, those in containers included. */
export function runningCommandLines(): string[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")];
      } catch {
        // The process has ended since the folder was read.
        return [];
      }
    });
}
