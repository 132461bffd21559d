import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { get } from "node:https";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { loadBalancerWord } from "../../roles/load-balancer/load-balancer.js";
import { Problem } from "./problem.js";

/** The outputs of a stack for reading its load balancer's statistics. */
export interface Statistics {
  readonly loadBalancerStatsUrl: string;
  readonly loadBalancerStatsUser: string;
  readonly loadBalancerStatsPassword: string;
  readonly caCertificate: string;
  readonly hosts: Readonly<
    Record<string, { readonly fqdn: string; readonly roles: readonly string[] }>
  >;
}

/** One server or frontend, by HAProxy's names of the columns. */
export type Row = Readonly<Record<string, string>>;

/** Seconds until the pool must be complete: Puppet Server starts slowly when others start at the same time. */
const deadline = 300;

/**
 * Reads one page from the statistics port.
 *
 * @throws Error if it does not exist
 */
export async function statisticsPage(statistics: Statistics, path: string): Promise<string> {
  const { loadBalancerStatsUser, loadBalancerStatsPassword } = statistics;
  const answer = await statisticsAnswer(
    statistics,
    path,
    `${loadBalancerStatsUser}:${loadBalancerStatsPassword}`,
  );
  if (answer.status !== 200) throw new Error(`${path}: ${String(answer.status)}`);
  return answer.text;
}

/**
 * What the statistics port answers. It must have the load balancer's certificate, whatever address leads there.
 *
 * @param credentials user and password, with a colon in between; none if undefined
 */
export async function statisticsAnswer(
  { loadBalancerStatsUrl, caCertificate, hosts }: Statistics,
  path: string,
  credentials?: string,
): Promise<{ status: number | undefined; text: string }> {
  const balancer = Object.values(hosts).find(({ roles }) => roles.includes(loadBalancerWord));
  const request = get(new URL(path, loadBalancerStatsUrl), {
    ca: caCertificate,
    ...(balancer === undefined ? {} : { servername: balancer.fqdn }),
    ...(credentials === undefined ? {} : { auth: credentials }),
    agent: false,
    timeout: 10_000,
  });
  request.on("timeout", () => request.destroy(new Error(`${path}: no answer within 10 s`)));
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return { status: response.statusCode, text: await text(response) };
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
 * Waits until every compiler is in the pool: after a boot, the servers take longer to start than their containers.
 *
 * @param say receives a line if it has to wait
 * @throws Problem naming the compilers that are not in the pool in time
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
    const who = missing?.join(", ") ?? "the load balancer";
    if (Date.now() > end) {
      throw new Problem(
        `${who} did not serve within ${deadline} s; see \`journalctl -u ${missing === undefined ? "haproxy" : "puppetserver"}\` there.`,
      );
    }
    if (!told) say(`waiting for ${who} to serve`);
    told = true;
    await pause(500);
  }
}

/** The compilers that are not up; undefined if the load balancer does not answer. */
async function compilersDown(statistics: Statistics): Promise<string[] | undefined> {
  try {
    const rows = await statisticsRows(statistics);
    const servers = rows.filter(
      ({ pxname, svname }) => pxname === "compilers" && svname !== "BACKEND",
    );
    return servers.flatMap(({ svname = "", status = "" }) =>
      // Whoever drained a compiler knows.
      /^(UP|DRAIN)/.test(status) ? [] : [svname],
    );
  } catch {
    return undefined;
  }
}
