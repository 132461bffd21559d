import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { ContractProject } from "../support/contract/contract-project.js";
import type { ResourceSpec } from "../support/contract/program/resource-spec.js";

function command(name: string, connection: Record<string, unknown>): ResourceSpec {
  const args = { create: "true", connection: { host: "127.0.0.1", ...connection } };
  return { type: "remote.Command", name, args };
}

/** Listens on a free port and passes each connection to `onConnection`. */
async function listen(
  onConnection: (socket: Socket) => void,
): Promise<{ port: number; dials: () => number; server: Server }> {
  let count = 0;
  const server = createServer((socket) => {
    count++;
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { port: (server.address() as AddressInfo).port, dials: () => count, server };
}

/** A port on which connections are neither accepted nor refused: its queue is full. */
async function unansweringPort(): Promise<number> {
  const script = `
    const server = require("node:net").createServer().listen(0, "127.0.0.1", 1, () => {
      require("node:fs").writeSync(1, String(server.address().port) + "\\n");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [output] = (await once(child.stdout, "data")) as [Buffer];
  const port = Number(output.toString());
  // Fill the queue until a connection gets no answer.
  for (let connections = 0; connections < 10; connections++) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    onTestFinished(() => void socket.destroy());
    const connected = await Promise.race([
      once(socket, "connect").then(() => true),
      pause(300, false),
    ]);
    if (!connected) return port;
  }
  throw new Error("the queue of waiting connections does not fill up");
}

test("each failed dial is retried, up to the limit; a preview does not dial", async () => {
  const project = new ContractProject();
  const closing = await listen((socket) => socket.destroy());
  const unlimited = await listen((socket) => {
    if (unlimited.dials() > 4) unlimited.server.close();
    socket.destroy();
  });
  const refusing = await listen(() => undefined);
  refusing.server.close();
  await once(refusing.server, "close");
  const resources = [
    command("closing", { port: closing.port, dialErrorLimit: 3 }),
    command("once", { port: refusing.port, dialErrorLimit: 0 }),
    command("refused", { port: refusing.port, dialErrorLimit: 2 }),
    command("default", { port: refusing.port }),
  ];

  (await project.preview(resources)).succeeded();
  expect(closing.dials()).toBe(0);

  const run = await project.up(resources, { continueOnError: true });
  expect(run.exitCode).not.toBe(0);
  expect(closing.dials()).toBe(4);
  expect(run.errors("closing")).toContain("after 3 failed attempts: ssh: handshake failed: ");
  const refused = `dial tcp 127.0.0.1:${refusing.port}: connect: connection refused`;
  expect(run.errors("once")).toContain(`after 0 failed attempts: ${refused}`);
  expect(run.errors("refused")).toContain(`after 2 failed attempts: ${refused}`);
  expect(run.errors("default")).toContain(`after 10 failed attempts: ${refused}`);
  const retries = run.diagnostics("refused").filter(({ severity }) => severity === "info");
  expect(retries).toMatchObject([
    { message: "Dial 1/2 failed: retrying\n", ephemeral: true },
    { message: "Dial 2/2 failed: retrying\n", ephemeral: true },
  ]);
});

test("without a limit, dialling continues until the custom timeout", async () => {
  const project = new ContractProject();
  const closing = await listen((socket) => socket.destroy());
  const resource = command("unlimited", { port: closing.port, dialErrorLimit: -1 });
  const options = { customTimeouts: { create: "3s" } };
  const run = await project.up([{ ...resource, options }]);
  expect(run.errors("unlimited")).toContain("context deadline exceeded");
  expect(run.diagnostics("unlimited").map(({ message }) => message.trimEnd())).toContain(
    "Dial 5/inf failed: retrying",
  );
  expect(closing.dials()).toBeGreaterThanOrEqual(6);
});

test("a connection without an answer counts as a failed dial after its timeout", async () => {
  const project = new ContractProject();
  const port = await unansweringPort();
  const run = await project.up([
    command("unanswered", { port, perDialTimeout: 1, dialErrorLimit: 1 }),
  ]);
  expect(run.errors("unanswered")).toContain(
    `after 1 failed attempts: dial tcp 127.0.0.1:${port}: i/o timeout`,
  );
});

test("there is no time limit for a server that accepts the connection but stays silent", async () => {
  const project = new ContractProject();
  const silent: Socket[] = [];
  const server = await listen((socket) => void silent.push(socket));
  const run = project.up([
    command("silent", { port: server.port, perDialTimeout: 1, dialErrorLimit: 1 }),
  ]);
  await expect.poll(server.dials, { timeout: 30_000 }).toBe(1);
  const greeting = (await once(silent[0] as Socket, "data")) as [Buffer];
  expect(greeting[0].toString()).toMatch(/^SSH-2\.0-/);
  // Three times the timeout, which applies only to the TCP connection.
  await expect(
    Promise.race([once(server.server, "connection"), pause(3000, "silence")]),
  ).resolves.toBe("silence");
  silent[0]?.destroy();
  await expect.poll(server.dials, { timeout: 30_000 }).toBe(2);
  silent[1]?.destroy();
  expect((await run).errors("silent")).toContain("after 1 failed attempts: ssh: handshake failed:");
});
