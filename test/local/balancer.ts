import { outputs } from "./environment.js";

/** What HAProxy's statistics tell of one server or frontend. */
export interface Row {
  /** Proxy's name. */
  readonly pxname: string;
  /** Server's name, or FRONTEND or BACKEND. */
  readonly svname: string;
  /** UP, DOWN, or a state with a count such as `UP 1/2`. */
  readonly status: string;
  /** Sessions so far. */
  readonly stot: string;
  /** `tcp` or `http`. */
  readonly mode: string;
}

/** Reads the statistics page. */
export async function statistics(): Promise<Row[]> {
  const text = await page("/stats;csv");
  const [header = "", ...lines] = text.replace(/^# /, "").trim().split("\n");
  const names = header.split(",");
  return lines.map((line) => {
    const values = line.split(",");
    return Object.fromEntries(
      names.map((name, index) => [name, values[index] ?? ""]),
    ) as unknown as Row;
  });
}

/** One page of the statistics' port, with the password. */
export async function page(path: string): Promise<string> {
  const { loadBalancerStatsUrl, loadBalancerStatsUser, loadBalancerStatsPassword } =
    await outputs();
  const credentials = Buffer.from(`${loadBalancerStatsUser}:${loadBalancerStatsPassword}`).toString(
    "base64",
  );
  const response = await fetch(new URL(path, loadBalancerStatsUrl), {
    headers: { authorization: `Basic ${credentials}` },
  });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.text();
}

/** State of one compiler in the pool. */
export async function stateOf(compiler: string): Promise<string> {
  const row = (await statistics()).find(
    ({ pxname, svname }) => pxname === "compilers" && svname === compiler,
  );
  return row?.status ?? "absent";
}

/** Sessions each compiler has had. */
export async function sessions(): Promise<Record<string, number>> {
  const rows = (await statistics()).filter(
    ({ pxname, svname }) => pxname === "compilers" && svname !== "BACKEND",
  );
  return Object.fromEntries(rows.map(({ svname, stot }) => [svname, Number(stot)]));
}
