import type { IncomingMessage } from "node:http";
import { Agent, request, type RequestOptions } from "node:https";
import { TLSSocket, type SecureContext } from "node:tls";
import { setImmediate } from "node:timers/promises";
import { gunzipSync } from "node:zlib";

/** Seconds as an agent has them: until a connection is open, and without a byte of an answer. */
const openTimeout = 120;
const readTimeout = 600;

/** Where a connection leads. */
export interface Site {
  /** The name that is asked for, and that the server's certificate must have. */
  readonly host: string;
  readonly port: number;
  /** The address of that name. */
  readonly address: string;
  readonly context: SecureContext;
}

/** One request. */
export interface Message {
  readonly method: "GET" | "POST" | "PUT";
  /** Path with query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Its answer, complete and unpacked. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** One connection over TLS, for one request after the other. */
export class Connection {
  /** Name in the certificate of the server that answers; undefined before there is a connection. */
  server: string | undefined;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1, maxCachedSessions: 0 });
  private socket: TLSSocket | undefined;

  constructor(private readonly site: Site) {}

  /**
   * Whether it can have another request. Like Ruby, this looks at what has arrived: a server may close a connection
   * that nobody uses, and no request is lost by that.
   */
  async usable(): Promise<boolean> {
    // Twice, so that what has arrived is read in between.
    await setImmediate();
    await setImmediate();
    return this.socket?.writable === true && !this.socket.readableEnded;
  }

  /**
   * Sends a request and reads the whole answer.
   *
   * @throws Error if the connection cannot be opened or is cut
   */
  send({ method, path, headers, body }: Message): Promise<Answer> {
    const { address, port, host, context } = this.site;
    const options: RequestOptions = {
      agent: this.agent,
      ...{ host: address, port, servername: host, secureContext: context },
      ...{ method, path, timeout: readTimeout * 1000 },
      headers: {
        ...headers,
        Host: `${host}:${String(port)}`,
        ...(body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) }),
      },
    };
    return new Promise((resolve, reject) => {
      const sent = request(options, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const { statusCode: status = 0, headers } = response;
          const body = Buffer.concat(chunks);
          const packed = headers["content-encoding"] === "gzip";
          resolve({ status, headers, body: packed ? gunzipSync(body) : body });
        });
      });
      sent.on("error", reject);
      sent.on("timeout", () => {
        sent.destroy(new Error(`no answer within ${String(readTimeout)} s`));
      });
      sent.on("socket", (socket) => {
        if (socket instanceof TLSSocket) this.opened(socket, (error) => sent.destroy(error));
      });
      sent.end(body);
    });
  }

  private opened(socket: TLSSocket, end: (error: Error) => void): void {
    if (this.socket === socket) return;
    this.socket = socket;
    socket.setKeepAlive(true);
    const timer = setTimeout(() => {
      end(new Error(`no connection within ${String(openTimeout)} s`));
    }, openTimeout * 1000);
    socket.once("close", () => {
      clearTimeout(timer);
    });
    socket.once("secureConnect", () => {
      clearTimeout(timer);
      this.server = String(socket.getPeerCertificate().subject.CN);
    });
  }

  /** Closes it, once what was written is sent. */
  close(): void {
    this.socket?.destroySoon();
  }
}
