import { type AddressInfo, connect, type Socket } from "node:net";
import { hostPort, systemErrorText } from "./go-text.js";
import type { Endpoint } from "./inputs.js";

/** Opens a TCP connection. The endpoint's `perDialTimeout` applies only to this step. */
export function connectTcp(endpoint: Endpoint, cancelled: AbortSignal): Promise<Socket> {
  const { host, perDialTimeout } = endpoint;
  const port = Math.trunc(endpoint.port);
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    const timer =
      perDialTimeout > 0
        ? setTimeout(() => fail(`dial tcp ${address}: i/o timeout`), perDialTimeout * 1000)
        : undefined;
    // The current address, once the name has been resolved.
    let address = hostPort(host, port);
    const fail = (reason: string): void => {
      settle();
      socket.destroy();
      reject(new Error(reason));
    };
    const onAbort = (): void => fail((cancelled.reason as Error).message);
    const settle = (): void => {
      clearTimeout(timer);
      cancelled.removeEventListener("abort", onAbort);
      socket.removeAllListeners();
      // The socket may still report an error before its next owner listens.
      socket.on("error", () => undefined);
    };
    socket.on("lookup", (_error, ip) => {
      address = hostPort(ip, port);
    });
    socket.on("connect", () => {
      settle();
      resolve(socket);
    });
    socket.on("error", (error: NodeJS.ErrnoException) => fail(dialError(error, host, address)));
    cancelled.addEventListener("abort", onAbort, { once: true });
  });
}

function dialError(error: NodeJS.ErrnoException, host: string, address: string): string {
  if (error.syscall === "getaddrinfo") return `dial tcp: lookup ${host}: no such host`;
  return `dial tcp ${address}: connect: ${systemErrorText(error)}`;
}

/** How an error names the end of a connection. */
export function describeConnection(socket: Socket): string {
  const { address, port } = socket.address() as Partial<AddressInfo>;
  const local = address === undefined || port === undefined ? "?" : hostPort(address, port);
  return `${local}->${hostPort(socket.remoteAddress ?? "?", socket.remotePort ?? 0)}`;
}
