import { setTimeout as pause } from "node:timers/promises";
import type { RunRecord } from "../agents/runs.js";
import type { Trial } from "./trial.js";

/** Seconds until a report has to be in PuppetDB. */
const deadline = 180;
/** Reports that one query asks for. */
const many = 1000;

/** What became of the reports of runs. */
export interface ReportsSeen {
  /** Runs of which PuppetDB has no report. */
  readonly lost: readonly RunRecord[];
  /** Runs of which PuppetDB has more than one report. */
  readonly doubled: readonly RunRecord[];
}

/**
 * Waits until PuppetDB has the report of each run that has one; undefined if there is no PuppetDB.
 *
 * @throws Problem if PuppetDB does not answer in time
 */
export async function reportsSeen(
  trial: Trial,
  runs: readonly RunRecord[],
): Promise<ReportsSeen | undefined> {
  if (trial.settings.puppetdb.host === "none") return undefined;
  const end = Date.now() + deadline * 1000;
  for (;;) {
    const over = Date.now() > end;
    // It reloads when certificates are revoked, as those of a compiler that has just been removed.
    const times = await timesIn(trial, runs).catch((error: unknown) => {
      if (over) throw error;
    });
    if (times !== undefined) {
      const count = ({ transaction = "" }: RunRecord) => times.get(transaction) ?? 0;
      const lost = runs.filter((run) => run.transaction !== undefined && count(run) === 0);
      if (lost.length === 0 || over) return { lost, doubled: runs.filter((run) => count(run) > 1) };
    }
    await pause(1000);
  }
}

/** How often PuppetDB has the report of each transaction. */
async function timesIn(trial: Trial, runs: readonly RunRecord[]): Promise<Map<string, number>> {
  const transactions = runs.flatMap(({ transaction }) => transaction ?? []);
  const times = new Map<string, number>();
  for (let start = 0; start < transactions.length; start += many) {
    const part = transactions.slice(start, start + many);
    const query = ["extract", "transaction_uuid", ["in", "transaction_uuid", ["array", part]]];
    const rows = (await trial.reports(query)) as { transaction_uuid: string }[];
    for (const { transaction_uuid: transaction } of rows) {
      times.set(transaction, (times.get(transaction) ?? 0) + 1);
    }
  }
  return times;
}
