import { setTimeout as pause } from "node:timers/promises";
import { Problem } from "./problem.js";

/** How to read a balancer's statistics: outputs of a stack. */
export interface Statistics {
  readonly loadBalancerStatsUrl: string;
  readonly loadBalancerStatsUser: string;
  readonly loadBalancerStatsPassword: string;
}

/** One server or frontend, by the names HAProxy gives to the columns. */
export type Row = Readonly<Record<string, string>>;

/** Seconds a pool may take to be complete: a Puppet Server starts slowly beside others. */
const deadline = 300;

/**
 * Reads one page of the statistics' port.
 *
 * @throws Error when it is not there
 */
export async function statisticsPage(statistics: Statistics, path: string): Promise<string> {
  const { loadBalancerStatsUrl, loadBalancerStatsUser, loadBalancerStatsPassword } = statistics;
  const credentials = `${loadBalancerStatsUser}:${loadBalancerStatsPassword}`;
  const response = await fetch(new URL(path, loadBalancerStatsUrl), {
    headers: { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` },
  });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.text();
}

/** Reads the statistics. */
export async function statisticsRows(statistics: Statistics): Promise<Row[]> {
  const text = await statisticsPage(statistics, "/stats;csv");
  const [header = "", ...lines] = text.replace(/^# /, "").trim().split("\n");
  const names = header.split(",");
  return lines.map((line) => {
    const values = line.split(",");
    return Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""]));
  });
}

/**
 * Waits until every compiler is in the pool: after a boot, servers start for longer than containers do.
 *
 * @param say takes a line when it has to wait
 * @throws Problem naming the compilers that are not in it in time
 */
export async function awaitPool(
  statistics: Statistics,
  say: (line: string) => void,
): Promise<void> {
  const end = Date.now() + deadline * 1000;
  let told = false;
  for (;;) {
    const missing = await compilersDown(statistics);
    if (missing?.length === 0) return;
    const who = missing?.join(", ") ?? "the balancer";
    if (Date.now() > end) {
      throw new Problem(
        `${who} did not serve within ${deadline} s; \`journalctl -u puppetserver\` there says why.`,
      );
    }
    if (!told) say(`waiting for ${who} to serve`);
    told = true;
    await pause(500);
  }
}

/** The compilers that are not up; undefined when the balancer does not answer. */
async function compilersDown(statistics: Statistics): Promise<string[] | undefined> {
  try {
    const rows = await statisticsRows(statistics);
    const servers = rows.filter(
      ({ pxname, svname }) => pxname === "compilers" && svname !== "BACKEND",
    );
    return servers.flatMap(({ svname = "", status = "" }) =>
      status.startsWith("UP") ? [] : [svname],
    );
  } catch {
    return undefined;
  }
}
