import { Connection, type Site } from "../agents/connection.js";

/** Seconds after which a probe without an answer has failed. */
const patience = 10;
/** Probes on one kept connection: as long as an agent's run keeps it. */
const kept = 30;

/** A time in which a probe got no answer, in milliseconds since 1970. */
export interface Gap {
  readonly start: number;
  readonly end: number;
  readonly reason: string;
}

/** What one series of probes saw. */
export interface Probed {
  /** The service's name. */
  readonly service: string;
  /** Whether its connection is kept from probe to probe. */
  readonly kept: boolean;
  readonly probes: number;
  readonly gaps: readonly Gap[];
}

/** Asks a service once a second whether a Puppet Server runs, until it is stopped. */
export class Probe {
  private readonly gaps: Gap[] = [];
  private readonly timer: NodeJS.Timeout;
  private readonly running = new Set<Promise<void>>();
  private probes = 0;
  private connection: Connection | undefined;
  private asked = 0;

  constructor(
    private readonly service: string,
    private readonly site: Site,
    private readonly keep: boolean,
    interval = 1000,
  ) {
    this.timer = setInterval(() => {
      // A kept connection has one request after the other.
      if (keep && this.running.size > 0) return;
      const probe = this.probe().finally(() => this.running.delete(probe));
      this.running.add(probe);
    }, interval);
  }

  /** Stops, and tells what it saw. */
  async stop(): Promise<Probed> {
    clearInterval(this.timer);
    await Promise.all(this.running);
    this.connection?.close();
    const { service, keep, probes, gaps } = this;
    return { service, kept: keep, probes, gaps };
  }

  private async probe(): Promise<void> {
    const start = Date.now();
    this.probes += 1;
    const connection = await this.opened();
    try {
      await answered(connection);
      if (!this.keep) connection.close();
    } catch (error) {
      connection.close();
      this.connection = undefined;
      const reason = error instanceof Error ? error.message : String(error);
      this.gaps.push({ start, end: Date.now(), reason });
    }
  }

  private async opened(): Promise<Connection> {
    if (!this.keep) return new Connection(this.site);
    const usable = this.connection !== undefined && (await this.connection.usable());
    if (!usable || this.asked >= kept) {
      this.connection?.close();
      this.connection = undefined;
      this.asked = 0;
    }
    this.asked += 1;
    this.connection ??= new Connection(this.site);
    return this.connection;
  }
}

async function answered(connection: Connection): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${String(patience)} s`));
    }, patience * 1000);
  });
  try {
    const path = "/status/v1/simple";
    const asked = connection.send({ method: "GET", path, headers: { Accept: "text/plain" } });
    const { status, body } = await Promise.race([asked, late]);
    const said = body.toString().trim();
    if (status !== 200 || said !== "running") throw new Error(`${String(status)} ${said}`);
  } finally {
    clearTimeout(timer);
  }
}
