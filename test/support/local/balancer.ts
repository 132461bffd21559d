import { statisticsPage, statisticsRows, type Row } from "../../../tools/lib/pool.js";
import { outputs } from "../environment.js";

/** Reads the statistics page. */
export async function statistics(): Promise<Row[]> {
  return statisticsRows(await outputs());
}

/** One page from the statistics port, with the password. */
export async function page(path: string): Promise<string> {
  return statisticsPage(await outputs(), path);
}

/** State of one compiler in the pool: UP, DOWN, one with a count such as `UP 1/2`, or absent. */
export async function stateOf(compiler: string): Promise<string> {
  const rows = await statistics();
  const row = rows.find(({ pxname, svname }) => pxname === "compilers" && svname === compiler);
  return row?.status ?? "absent";
}
