/** How one run ended. */
export interface RunEnd {
  /** Why it failed, in one line; undefined if it did not. */
  readonly failure: string | undefined;
  /** How often a server was too busy, and the agent came again. */
  readonly retries: number;
  /** The server that compiled the catalog, where that is known. */
  readonly compiler: string | undefined;
  /** Transaction UUID of its report, where that is known. */
  readonly transaction: string | undefined;
}

/** One run of one agent. */
export interface RunRecord extends RunEnd {
  readonly agent: string;
  /** Whether it is a run of `puppet agent`. */
  readonly real: boolean;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly seconds: number;
}

/** Something that runs as an agent does. */
export interface Runner {
  readonly name: string;
  readonly real: boolean;
  run(): Promise<RunEnd>;
}

/** How long, and how much. */
export interface Bounds {
  /** Seconds after which no run begins; what has begun ends by itself. */
  readonly seconds: number;
  /**
   * Runs of each agent; as many as there is time for by default. Real agents among simulated ones run as long as those.
   */
  readonly runs?: number;
  /** Ends it before its time, as soon as the runs that have begun are done. */
  readonly signal?: AbortSignal | undefined;
  /** Receives each run as it ends. */
  readonly onRun?: (run: RunRecord) => void;
}

/** Of ten runs, how many at most are simulated where real agents run too. */
const simulatedOfTen = 9;

/**
 * Lets all agents run, again and again. Where there are real agents, at least one run in ten is theirs: the simulated
 * ones, which are faster, wait for them.
 *
 * @returns all runs, in the order in which they ended
 */
export async function runAll(runners: readonly Runner[], bounds: Bounds): Promise<RunRecord[]> {
  const { seconds, runs = Infinity, signal, onRun } = bounds;
  const deadline = AbortSignal.timeout(seconds * 1000);
  const over = AbortSignal.any(signal === undefined ? [deadline] : [deadline, signal]);
  const real = runners.filter((runner) => runner.real);
  const simulated = runners.filter((runner) => !runner.real);
  const mixed = real.length > 0 && simulated.length > 0;
  const turns = new Turns(over);
  const records: RunRecord[] = [];
  let running = simulated.length;

  const run = async (runner: Runner) => {
    const start = Date.now();
    const ended = await runner.run();
    const end = Date.now();
    const { name: agent, real } = runner;
    const record = { agent, real, start, end, seconds: (end - start) / 1000, ...ended };
    records.push(record);
    onRun?.(record);
  };
  const loops = [
    ...simulated.map(async (runner) => {
      for (let count = 0; count < runs; count += 1) {
        if (mixed) await turns.mine();
        if (over.aborted) break;
        await run(runner);
      }
      running -= 1;
    }),
    ...real.map(async (runner) => {
      for (let count = 0; mixed ? running > 0 : count < runs; count += 1) {
        if (over.aborted) break;
        if (mixed) turns.give();
        await run(runner);
      }
    }),
  ];
  await Promise.all(loops);
  return records;
}

/** Turns for simulated runs, of which each real run that begins gives some. */
class Turns {
  private left = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly over: AbortSignal) {
    over.addEventListener("abort", () => {
      for (const resolve of this.waiting.splice(0)) resolve();
    });
  }

  /** Waits for one, or until time is over. */
  async mine(): Promise<void> {
    if (this.left > 0) this.left -= 1;
    else if (!this.over.aborted) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  give(): void {
    const served = this.waiting.splice(0, simulatedOfTen);
    this.left += simulatedOfTen - served.length;
    for (const resolve of served) resolve();
  }
}
