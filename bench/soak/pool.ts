import { setTimeout as pause } from "node:timers/promises";
import { statisticsRows, type Row, type Statistics } from "../../tools/lib/pool.js";

/** One compiler as HAProxy saw it. */
export interface Seen {
  readonly compiler: string;
  /** Seconds in each state: UP, DRAIN, MAINT, DOWN; with a count such as `UP 1/2` it is still that state. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Connections that it got. */
  readonly sessions: number;
}

/** When the fewest compilers were up. */
export interface Fewest {
  readonly up: number;
  /** Milliseconds since 1970, for the first time. */
  readonly start: number;
  /** Seconds, over all times with so few. */
  readonly seconds: number;
  /** Each compiler's state, as HAProxy wrote it. */
  readonly states: Readonly<Record<string, string>>;
}

/** The pool as HAProxy saw it. */
export interface PoolSeen {
  readonly compilers: readonly Seen[];
  /** The fewest compilers that were up at the same time; undefined if HAProxy's page never answered. */
  readonly fewest: Fewest | undefined;
  /** Times at which HAProxy's page did not answer. */
  readonly unread: number;
}

/** Looks at the pool once a second, until it is stopped. */
export class PoolWatch {
  private readonly compilers = new Map<
    string,
    { seconds: Record<string, number>; sessions: number; last: number }
  >();
  private fewest: Fewest | undefined;
  private unread = 0;
  private readonly stopped = new AbortController();
  private readonly watching: Promise<void>;

  constructor(private readonly statistics: Statistics) {
    this.watching = this.watch();
  }

  /** Stops, and tells what it saw. */
  async stop(): Promise<PoolSeen> {
    this.stopped.abort();
    await this.watching;
    const compilers = [...this.compilers].map(([compiler, { seconds, sessions }]) => ({
      compiler,
      seconds: Object.fromEntries(
        Object.entries(seconds).map(([state, sum]) => [state, Math.round(sum)]),
      ),
      sessions,
    }));
    return { compilers, fewest: this.fewest, unread: this.unread };
  }

  private async watch(): Promise<void> {
    let before = Date.now();
    while (!this.stopped.signal.aborted) {
      try {
        const rows = await statisticsRows(this.statistics);
        const now = Date.now();
        this.see(rows, (now - before) / 1000);
        before = now;
      } catch {
        this.unread += 1;
      }
      await pause(1000, undefined, { signal: this.stopped.signal }).catch(() => undefined);
    }
  }

  private see(rows: readonly Row[], seconds: number): void {
    const servers = rows.filter(
      ({ pxname, svname }) => pxname === "compilers" && svname !== "BACKEND",
    );
    let up = 0;
    for (const { svname = "", status = "", stot = "0" } of servers) {
      const [state = ""] = status.split(" ");
      if (state === "UP") up += 1;
      const seen = this.compilers.get(svname) ?? { seconds: {}, sessions: 0, last: Number(stot) };
      seen.seconds[state] = (seen.seconds[state] ?? 0) + seconds;
      // The count begins anew when HAProxy restarts, or reloads.
      const total = Number(stot);
      seen.sessions += total >= seen.last ? total - seen.last : total;
      seen.last = total;
      this.compilers.set(svname, seen);
    }
    this.fewest = fewer(this.fewest, up, seconds, servers);
  }
}

function fewer(
  before: Fewest | undefined,
  up: number,
  seconds: number,
  servers: readonly Row[],
): Fewest {
  if (before !== undefined && before.up < up) return before;
  if (before?.up === up) return { ...before, seconds: before.seconds + seconds };
  const states = Object.fromEntries(
    servers.map(({ svname = "", status = "" }) => [svname, status]),
  );
  return { up, start: Date.now(), seconds, states };
}
