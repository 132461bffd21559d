import { setTimeout as pause } from "node:timers/promises";
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

/** Looks at the pool twice a second until stopped; returns the least number of compilers that were up. */
export function watchPool(): { end: () => Promise<number> } {
  let going = true;
  const looks = async () => {
    let least = Infinity;
    while (going) {
      const up = (await statistics()).filter(
        ({ pxname, svname, status = "" }) =>
          pxname === "compilers" && svname !== "BACKEND" && status.startsWith("UP"),
      );
      least = Math.min(least, up.length);
      await pause(500);
    }
    return least;
  };
  const looking = looks();
  return {
    end: () => {
      going = false;
      return looking;
    },
  };
}

/** Number of sessions of each compiler. */
export async function sessions(): Promise<Record<string, number>> {
  const rows = (await statistics()).filter(
    ({ pxname, svname }) => pxname === "compilers" && svname !== "BACKEND",
  );
  return Object.fromEntries(rows.map(({ svname = "", stot }) => [svname, Number(stot)]));
}
