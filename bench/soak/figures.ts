import type { RunRecord } from "../agents/runs.js";
import { columns } from "../../tools/lib/columns.js";
import { percentile } from "../percentile.js";
import type { PoolSeen } from "./pool.js";
import type { Gap, Probed } from "./probes.js";
import type { ReportsSeen } from "./reports.js";

/** One change that was made. */
export interface Made {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  /** Why it failed, if it did. */
  readonly failure?: string;
}

/** Everything that a soak saw. */
export interface Soaked {
  readonly environment: string;
  readonly seed: number;
  readonly start: number;
  readonly end: number;
  readonly changes: readonly Made[];
  readonly runs: readonly RunRecord[];
  readonly probes: readonly Probed[];
  readonly pool: PoolSeen;
  /** What became of the reports; undefined without a PuppetDB. */
  readonly reports: ReportsSeen | undefined;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

const overlap = (one: Span, other: Span) => one.start < other.end && other.start < one.end;

/** Seconds for which there was a gap in any series, each second once. */
export function disrupted(gaps: readonly Span[]): number {
  let [sum, until] = [0, -Infinity];
  for (const { start, end } of [...gaps].sort((a, b) => a.start - b.start)) {
    sum += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return Math.ceil(sum / 1000);
}

const gapsOf = ({ probes }: Soaked): Gap[] => probes.flatMap(({ gaps }) => gaps);
const failed = (runs: readonly RunRecord[]) => runs.filter(({ failure }) => failure !== undefined);

/** Whether anything went wrong. */
export function passed(soaked: Soaked): boolean {
  const { lost = [], doubled = [] } = soaked.reports ?? {};
  return (
    failed(soaked.runs).length + lost.length + doubled.length === 0 &&
    soaked.changes.every(({ failure }) => failure === undefined)
  );
}

/** The tables that people read. */
export function tables(soaked: Soaked): string {
  const { runs, seed, environment, start, end } = soaked;
  const failures = failed(runs);
  const real = runs.filter((run) => run.real).length;
  const minutes = ((end - start) / 60_000).toFixed(1);
  return [
    `${environment}, seed ${String(seed)}: ${String(runs.length)} runs in ${minutes} min, ${String(real)} of them real; ${String(failures.length)} failed`,
    ...["", ...columns(changeRows(soaked))],
    ...["", ...columns(runRows(soaked))],
    ...["", ...columns(probeRows(soaked))],
    ...["", ...columns(poolRows(soaked.pool)), watched(soaked), reported(soaked)],
    ...reasons(soaked),
  ].join("\n");
}

function changeRows(soaked: Soaked): string[][] {
  const { changes, runs } = soaked;
  const names = [...new Set(changes.map(({ name }) => name))].sort();
  const gaps = gapsOf(soaked);
  return [
    ["change", "times", "longest", "runs meanwhile", "failed", "disruption"],
    ...names.map((name) => {
      const made = changes.filter((change) => change.name === name);
      const meanwhile = runs.filter((run) => made.some((change) => overlap(run, change)));
      const cut = gaps.filter((gap) => made.some((change) => overlap(gap, change)));
      const longest = Math.max(...made.map(({ start, end }) => end - start)) / 1000;
      return [
        ...[name, String(made.length), seconds(longest)],
        ...[String(meanwhile.length), String(failed(meanwhile).length)],
        seconds(disrupted(cut), 0),
      ];
    }),
  ];
}

function runRows({ changes, runs }: Soaked): string[][] {
  const during = (run: RunRecord) => changes.some((change) => overlap(run, change));
  const groups = [
    ["simulated, beside changes", runs.filter((run) => !run.real && !during(run))],
    ["simulated, during changes", runs.filter((run) => !run.real && during(run))],
    ["real, beside changes", runs.filter((run) => run.real && !during(run))],
    ["real, during changes", runs.filter((run) => run.real && during(run))],
  ] as const;
  return [
    ["runs", "number", "failed", "p50", "p99", "longest", "came again"],
    ...groups.map(([name, group]) => {
      const took = group.map((run) => run.seconds);
      return [
        ...[name, String(group.length), String(failed(group).length)],
        ...[0.5, 0.99, 1].map((part) => seconds(percentile(took, part))),
        String(group.reduce((sum, { retries }) => sum + retries, 0)),
      ];
    }),
  ];
}

function probeRows({ probes }: Soaked): string[][] {
  return [
    ["service", "connection", "probes", "failed", "disruption"],
    ...probes.map(({ service, kept, probes, gaps }) => [
      ...[service, kept ? "kept" : "new", String(probes), String(gaps.length)],
      seconds(disrupted(gaps), 0),
    ]),
  ];
}

function poolRows({ compilers }: PoolSeen): string[][] {
  const states = [...new Set(compilers.flatMap(({ seconds }) => Object.keys(seconds)))].sort();
  return [
    ["compiler", ...states, "connections"],
    ...compilers.map(({ compiler, seconds: inState, sessions }) => [
      compiler,
      ...states.map((state) => seconds(inState[state] ?? 0, 0)),
      String(sessions),
    ]),
  ];
}

function watched({ start, changes, pool: { fewest, unread } }: Soaked): string {
  const silent = `HAProxy's page did not answer ${String(unread)} times`;
  if (fewest === undefined) return silent;
  const moment = { start: fewest.start, end: fewest.start };
  const states = Object.entries(fewest.states).map((words) => words.join(" "));
  return `fewest compilers up: ${String(fewest.up)}, for ${seconds(fewest.seconds, 0)}, first at ${seconds((fewest.start - start) / 1000, 0)}, during: ${changesDuring(changes, moment)} (${states.join(", ")}); ${silent}`;
}

function reported({ runs, reports }: Soaked): string {
  if (reports === undefined) return "reports: there is no PuppetDB";
  const known = runs.filter(({ transaction }) => transaction !== undefined).length;
  return `reports of ${String(known)} runs: ${String(reports.lost.length)} are not in PuppetDB, ${String(reports.doubled.length)} are there more than once`;
}

/** Names of the changes in a span. */
function changesDuring(changes: readonly Made[], span: Span): string {
  const names = changes.filter((change) => overlap(span, change)).map(({ name }) => name);
  return names.join(", ") || "no change";
}

/** Why things failed, and when. */
function reasons(soaked: Soaked): string[] {
  const { changes, runs, probes, reports, start } = soaked;
  const line = (what: string, span: Span, reason: string) =>
    `${what}, at ${seconds((span.start - start) / 1000, 0)}, during: ${changesDuring(changes, span)}: ${reason}`;
  const lines = [
    ...changes.flatMap((change) =>
      change.failure === undefined ? [] : [line(change.name, change, change.failure)],
    ),
    ...runs.flatMap((run) =>
      run.failure === undefined ? [] : [line(run.agent, run, run.failure)],
    ),
    ...(reports?.lost ?? []).map((run) => line(run.agent, run, "its report is lost")),
    ...(reports?.doubled ?? []).map((run) => line(run.agent, run, "its report is there twice")),
    ...probes.flatMap(({ service, kept, gaps }) =>
      gaps.map((gap) =>
        line(`${service} on a ${kept ? "kept" : "new"} connection`, gap, gap.reason),
      ),
    ),
  ];
  return lines.length === 0 ? [] : ["", ...lines];
}

function seconds(value: number | undefined, digits = 1): string {
  return value === undefined ? "-" : `${value.toFixed(digits)} s`;
}
