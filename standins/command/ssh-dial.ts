import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import ssh2, { type Client } from "ssh2";
import type { OperationContext } from "../framework/resource.js";
import { systemErrorText } from "./go-text.js";
import type { Connection, Endpoint } from "./inputs.js";
import { withRetries } from "./retry.js";
import { offerInOrder, type SshConfig, sshConfig } from "./ssh-config.js";
import { connectTcp, describeConnection } from "./tcp.js";

/** A logged-in SSH connection; `close` also closes the connection to the proxy, if there is one. */
export interface SshConnection {
  client: Client;
  close: () => void;
}

/** Connects and logs in, through the proxy if there is one, with the configured retries. */
export async function dial(
  context: OperationContext,
  connection: Connection,
): Promise<SshConnection> {
  const config = sshConfig(connection);
  const { dialErrorLimit, proxy } = connection;
  if (proxy !== undefined) {
    try {
      return await dialThroughProxy(context, connection, config, proxy);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`proxy: ${reason}`, { cause: error });
    }
  }
  const client = await withRetries(context, "Dial", dialErrorLimit, () =>
    connectAndLogIn(connection, config, context.cancelled),
  );
  return { client, close: () => client.end() };
}

async function dialThroughProxy(
  context: OperationContext,
  target: Connection,
  config: SshConfig,
  proxy: Endpoint,
): Promise<SshConnection> {
  const proxyConfig = sshConfig(proxy);
  const bastion = await withRetries(context, "Dial proxy", proxy.dialErrorLimit, () =>
    connectAndLogIn(proxy, proxyConfig, context.cancelled),
  );
  try {
    const { dialErrorLimit } = target;
    const stream = await withRetries(context, "Dial from proxy", dialErrorLimit, () =>
      forward(bastion, target),
    );
    // As in the official plugin, a second attempt uses the same stream, and so always fails.
    const client = await withRetries(context, "Dial", dialErrorLimit, () =>
      logIn(stream, config, context.cancelled),
    );
    return {
      client,
      close: () => {
        client.end();
        bastion.end();
      },
    };
  } catch (error) {
    bastion.end();
    throw error;
  }
}

async function connectAndLogIn(
  endpoint: Endpoint,
  config: SshConfig,
  cancelled: AbortSignal,
): Promise<Client> {
  return logIn(await connectTcp(endpoint, cancelled), config, cancelled);
}

/** There is no timeout here: the official plugin waits as long as the server is silent. */
function logIn(stream: Duplex, config: SshConfig, cancelled: AbortSignal): Promise<Client> {
  const { username, hostKey, methods } = config;
  const attempted: string[] = [];
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    // Read early: a closed socket no longer has addresses.
    const ends = "remoteAddress" in stream ? describeConnection(stream as Socket) : "";
    let mismatch = false;
    const fail = (reason: string): void => {
      cancelled.removeEventListener("abort", onAbort);
      client.destroy();
      stream.destroy();
      reject(new Error(`ssh: handshake failed: ${reason}`));
    };
    const onAbort = (): void => fail((cancelled.reason as Error).message);
    cancelled.addEventListener("abort", onAbort, { once: true });
    client.on("ready", () => {
      cancelled.removeEventListener("abort", onAbort);
      resolve(client);
    });
    client.on("error", (error: NodeJS.ErrnoException & { level?: string }) => {
      if (mismatch) fail("ssh: host key mismatch");
      else if (error.level === "client-authentication") fail(authError(attempted));
      else if (error.syscall !== undefined) {
        fail(`${error.syscall} tcp ${ends}: ${error.syscall}: ${systemErrorText(error)}`);
      } else if (error.message === "Connection lost before handshake") fail("EOF");
      else fail(`ssh: ${error.message}`);
    });
    client.on("close", () => fail("EOF"));
    client.connect({
      sock: stream,
      username,
      readyTimeout: 0,
      authHandler: offerInOrder(methods, attempted),
      hostVerifier: (key: Buffer) => {
        mismatch = hostKey !== undefined && !key.equals(hostKey.getPublicSSH());
        return !mismatch;
      },
      ...(hostKey && { algorithms: { serverHostKey: [hostKey.type] } }),
    });
  });
}

function authError(attempted: readonly string[]): string {
  return (
    `ssh: unable to authenticate, attempted methods [${attempted.join(" ")}], ` +
    "no supported methods remain"
  );
}

const openFailures: Readonly<Record<number, string>> = {
  1: "administratively prohibited",
  2: "connect failed",
  3: "unknown channel type",
  4: "resource shortage",
};

function forward(bastion: Client, { host, port }: Endpoint): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    bastion.forwardOut("0.0.0.0", 0, host, Math.trunc(port), (error, stream) => {
      if (error === undefined) {
        resolve(stream);
        return;
      }
      const { reason } = error as Error & { reason?: number };
      const text = error.message.replace("(SSH) Channel open failure: ", "");
      reject(new Error(`ssh: rejected: ${openFailures[reason ?? 0] ?? "unknown"} (${text})`));
    });
  });
}
