import type { Client, ClientChannel } from "ssh2";
import { once } from "node:events";

/**
 * A session channel whose environment requests get a reply. The library's own `exec` sends them
 * without requesting a reply, so a variable that the server refuses is lost silently. The parts
 * used here are not in the library's public interface, so its version is pinned.
 */
interface ChannelInternals {
  _callbacks: ((failed: boolean | Error) => void)[];
  outgoing: { id: number; state: string };
  subtype?: string;
}
interface ClientInternals {
  _chanMgr: { add(opened: ChannelOpened): number };
  _protocol: {
    session(channel: number, windowBytes: number, packetBytes: number): void;
    env(channel: number, name: string, value: string, wantReply: boolean): void;
    exec(channel: number, commandLine: string, wantReply: boolean): void;
  };
}
interface ChannelOpened {
  (error: Error | undefined, channel: ClientChannel & ChannelInternals): void;
  type: "session";
}

const windowBytes = 2 * 1024 * 1024;
const packetBytes = 32 * 1024;

/** How a remote command ended; all undefined if the connection broke first. */
export interface RemoteExit {
  status?: number;
  signal?: string;
  message?: string;
}

export class SshSession {
  readonly #protocol: ClientInternals["_protocol"];
  readonly #channel: ClientChannel & ChannelInternals;

  private constructor(client: ClientInternals, channel: ClientChannel & ChannelInternals) {
    this.#protocol = client._protocol;
    this.#channel = channel;
  }

  static open(client: Client): Promise<SshSession> {
    const internals = client as unknown as ClientInternals;
    return new Promise((resolve, reject) => {
      const opened: ChannelOpened = Object.assign(
        (error: Error | undefined, channel: ClientChannel & ChannelInternals) => {
          if (error === undefined) resolve(new SshSession(internals, channel));
          else reject(error);
        },
        { type: "session" as const },
      );
      client.once("close", () => reject(new Error("EOF")));
      internals._protocol.session(internals._chanMgr.add(opened), windowBytes, packetBytes);
    });
  }

  /** Whether the server has accepted the variable. */
  setEnvironment(name: string, value: string): Promise<boolean> {
    return this.#request((channel) => this.#protocol.env(channel, name, value, true));
  }

  /** Runs the command line and waits for its end. Undefined if the server refuses to run it. */
  async run(
    commandLine: string,
    stdin: string,
    onOutput: (stream: "stdout" | "stderr", chunk: Buffer) => void,
  ): Promise<RemoteExit | undefined> {
    const channel = this.#channel;
    const exit: RemoteExit = {};
    channel.on("data", (chunk: Buffer) => onOutput("stdout", chunk));
    channel.stderr.on("data", (chunk: Buffer) => onOutput("stderr", chunk));
    channel.on("exit", (status: number | null, signal?: string, _dump?: unknown, text?: string) => {
      if (status !== null) exit.status = status;
      if (signal !== undefined) exit.signal = signal.replace(/^SIG/, "");
      if (text !== undefined) exit.message = text;
    });
    const closed = once(channel, "close");
    channel.subtype = "exec";
    const accepted = await this.#request((id) => this.#protocol.exec(id, commandLine, true));
    if (!accepted) return undefined;
    // A command may end without reading all of its standard input.
    channel.on("error", () => undefined);
    channel.end(stdin);
    await closed;
    return exit;
  }

  #request(send: (channel: number) => void): Promise<boolean> {
    const channel = this.#channel;
    return new Promise((resolve, reject) => {
      const lost = (): void => reject(new Error("EOF"));
      channel.once("close", lost);
      channel._callbacks.push((failed) => {
        channel.off("close", lost);
        resolve(failed === false);
      });
      send(channel.outgoing.id);
    });
  }
}
