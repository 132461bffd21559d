import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { certificateFor } from "./certificates.js";

/** A server on this machine that speaks TLS as the name `puppet.example.test`. */
export interface AnsweringServer {
  readonly port: number;
  /** Its certificate, which clients trust. */
  readonly certificate: string;
  /** How many requests there were. */
  requests(): number;
  /** How many connections there were. */
  connections(): number;
  /** Closes the connections that nobody uses, as a server does in its own time; waits until they are. */
  closeIdle(): Promise<void>;
  close(): void;
}

/** Starts a server that answers each request, by its number, as a test says. */
export async function answeringServer(
  answer: (count: number, response: ServerResponse, request: IncomingMessage) => void,
): Promise<AnsweringServer> {
  const { certificate, privateKey } = certificateFor("puppet.example.test");
  let requests = 0;
  const sockets: Socket[] = [];
  const server = createServer({ cert: certificate, key: privateKey }, (request, response) => {
    // A client may still be sending.
    request.resume().on("end", () => {
      requests += 1;
      answer(requests, response, request);
    });
  });
  server.on("connection", (socket: Socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    certificate,
    requests: () => requests,
    connections: () => sockets.length,
    closeIdle: async () => {
      const closed = sockets.map((socket) => once(socket, "close"));
      server.closeIdleConnections();
      await Promise.all(closed);
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
