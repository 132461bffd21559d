import { setTimeout as pause } from "node:timers/promises";
import { agentsPort } from "../../templates/puppetserver/puppetserver.js";
import { Connection, type Answer, type Message } from "./connection.js";
import type { Identity, Target } from "./target.js";

/** Puppet's `http_keepalive_timeout`: after that many seconds without a request, a connection is not used again. */
const keepalive = 4;
/** How often a request is sent again that the server was too busy for. */
const retryLimit = 100;
/** Puppet's `runinterval`, in seconds: the longest wait between two of them. */
const runInterval = 1800;

/** The version that requests name, as the packages of Debian 13 do. */
export const puppetVersion = "8.10.0";

/** Values of a query or a form; a list is sent as one value after the other, and what is undefined is not sent. */
export type Params = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

/** A request that was not answered with a success. */
export class Unanswered extends Error {
  constructor(
    message: string,
    /** The status; undefined if there was no answer. */
    readonly status?: number,
  ) {
    super(message);
  }
}

/**
 * Asks Puppet Servers as the HTTP client of an agent does during one run: connections are kept for the next request, a
 * server that is busy (429, 503) is asked again when it says, over another connection, and a request whose connection
 * is cut is lost.
 */
export class PuppetClient {
  /** How often a server was too busy. */
  retries = 0;
  /** Name of the server that answered last. */
  lastServer: string | undefined;
  private readonly kept = new Map<string, { connection: Connection; idleSince: number }>();

  constructor(
    private readonly target: Pick<Target, "addresses" | "puppetServer">,
    protected readonly identity: Identity,
    /** Waits for a number of seconds. */
    private readonly wait: (seconds: number) => Promise<unknown> = (s) => pause(s * 1000),
    private readonly port = agentsPort,
  ) {}

  /**
   * Sends a request under `/puppet/v3`.
   *
   * @param host the service; by default, the one that catalogs come from
   * @throws Unanswered if there is no answer, or none with a status of 200
   */
  async ask(
    method: Message["method"],
    path: string,
    query: Params,
    {
      host = this.target.puppetServer,
      ...more
    }: Partial<Message> & { host?: string | undefined } = {},
  ): Promise<Buffer> {
    const headers = {
      "X-Puppet-Version": puppetVersion,
      "User-Agent": `Puppet/${puppetVersion} (simulated)`,
      Accept: "application/json",
      "Accept-Encoding": "gzip;q=1.0,deflate;q=0.6,identity;q=0.3",
      ...more.headers,
    };
    const url = `/puppet/v3${encodeURI(path)}?${encoded(query)}`;
    const what = `${method} ${path}`;
    const { status, body } = await this.persist(host, { ...more, method, path: url, headers });
    if (status === 200) return body;
    const said = body.toString().trim().slice(0, 300);
    throw new Unanswered(`${what}: ${String(status)} ${said}`, status);
  }

  /** Ends all connections. */
  close(): void {
    for (const { connection } of this.kept.values()) connection.close();
    this.kept.clear();
  }

  /** Sends it until a server has time for it. */
  protected async persist(host: string, message: Message): Promise<Answer> {
    for (let tries = 0; ; tries += 1) {
      const connection = await this.connectionTo(host);
      const answer = await this.sent(connection, message);
      const seconds = retryAfter(answer);
      if (seconds === undefined || tries >= retryLimit) {
        this.kept.set(host, { connection, idleSince: Date.now() });
        return answer;
      }
      connection.close();
      this.retries += 1;
      await this.wait(seconds);
    }
  }

  private async sent(connection: Connection, message: Message): Promise<Answer> {
    try {
      const answer = await connection.send(message);
      this.lastServer = connection.server;
      return answer;
    } catch (error) {
      connection.close();
      const [path] = message.path.split("?");
      const reason = error instanceof Error ? error.message : String(error);
      throw new Unanswered(`${message.method} ${path ?? ""}: ${reason}`);
    }
  }

  /** The kept connection to a host, or a new one; the kept one is the caller's then. */
  private async connectionTo(host: string): Promise<Connection> {
    const kept = this.kept.get(host);
    this.kept.delete(host);
    if (kept !== undefined) {
      const fresh = Date.now() - kept.idleSince < keepalive * 1000;
      if (fresh && (await kept.connection.usable())) return kept.connection;
      kept.connection.close();
    }
    const address = this.target.addresses.get(host);
    if (address === undefined) throw new Unanswered(`${host} is no service of the environment`);
    const { context } = this.identity;
    return new Connection({ host, port: this.port, address, context });
  }
}

/** The query or form of values, in their order. */
export function encoded(values: Params): string {
  return Object.entries(values)
    .flatMap(([name, value]) =>
      (value === undefined ? [] : [value]).flat().map((one) => [name, one]),
    )
    .map(([name, value]) => `${String(name)}=${encodeURIComponent(String(value))}`)
    .join("&");
}

/**
 * Seconds until a request is to be sent again; undefined if it is not.
 *
 * @param now milliseconds, for a date instead of seconds
 */
export function retryAfter(
  { status, headers }: Pick<Answer, "status" | "headers">,
  now = Date.now(),
): number | undefined {
  const after = headers["retry-after"];
  if ((status !== 429 && status !== 503) || after === undefined) return undefined;
  const seconds = /^\d+$/.test(after) ? Number(after) : (Date.parse(after) - now) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 0), runInterval);
}
