import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import ssh2 from "ssh2";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { ContractProject } from "../support/contract/contract-project.js";
import type { ResourceSpec } from "../support/contract/program/resource-spec.js";
import { type SshServer, startSshd } from "../support/contract/sshd.js";

let server: SshServer;
beforeAll(async () => {
  server = await startSshd("command");
});
afterAll(() => server.stop());

function connection(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  const { host, port, user, privateKey, hostKey } = server;
  return { host, port, user, privateKey, hostKey, dialErrorLimit: 0, ...overrides };
}

function command(
  name: string,
  args: Record<string, unknown>,
  options: ResourceSpec["options"] = {},
): ResourceSpec {
  const { connection: settings, ...rest } = args;
  const connected = connection(settings as Record<string, unknown> | undefined);
  return { type: "remote.Command", name, args: { ...rest, connection: connected }, options };
}

test("a command is created, updated in place, left unchanged and deleted", async () => {
  const project = new ContractProject();
  const previous = "[$PULUMI_COMMAND_STDOUT][$PULUMI_COMMAND_STDERR]";
  const resources = (word: string): ResourceSpec[] => [
    command("full", {
      create: `echo "create ${previous} $CONTRACT_ACCEPTED" >> /tmp/life; echo made; echo oops >&2`,
      update: `echo "update ${previous} $CONTRACT_ACCEPTED" >> /tmp/life; echo remade`,
      delete: `echo "delete ${previous} $CONTRACT_ACCEPTED" >> /tmp/life`,
      environment: { CONTRACT_ACCEPTED: word },
    }),
    command("stdin", { create: "cat", stdin: "first\nsecond\n\n" }),
    command("no-stdin", { create: "cat; echo end" }),
    command("unread-stdin", { create: "exit 0", stdin: "x".repeat(60_000) }),
    command("big", { create: "head -c 3000000 /dev/zero | tr '\\0' a", logging: "none" }),
    command("without-previous", {
      create: `echo "${previous}"`,
      environment: { CONTRACT_ACCEPTED: word },
      addPreviousOutputInEnv: false,
    }),
    command("unverified", { create: "echo unverified", connection: { hostKey: undefined } }),
  ];

  (await project.up(resources("one"))).succeeded();
  expect(await project.outputs("full")).toMatchObject({ stdout: "made", stderr: "oops" });
  expect(await project.outputs("stdin")).toMatchObject({ stdout: "first\nsecond\n" });
  expect(await project.outputs("no-stdin")).toMatchObject({ stdout: "end" });
  expect(await project.outputs("big")).toMatchObject({ stdout: "a".repeat(3_000_000) });
  expect(await project.outputs("unverified")).toMatchObject({ stdout: "unverified" });

  const updated = (await project.up(resources("two"))).succeeded();
  expect(updated.steps).toContain("update full");
  expect(updated.steps).toContain("same stdin");
  // The server accepts one variable but not the other.
  expect(updated.diagnostics("full")).toMatchObject([
    { severity: "warning", message: expect.stringContaining("'PULUMI_COMMAND_STDERR'") as string },
    { severity: "info", ephemeral: true, message: "remade\n" },
  ]);
  expect(await project.outputs("without-previous")).toMatchObject({ stdout: "[][]" });

  (await project.destroy()).succeeded();
  expect((await server.run("cat /tmp/life")).trimEnd().split("\n")).toEqual([
    "create [][] one",
    "update [made][] two",
    "delete [remade][] two",
  ]);
});

test("changed triggers replace: first the new create, then the old delete", async () => {
  const project = new ContractProject();
  const resources = (version: string): ResourceSpec[] => [
    command("replaced", {
      create: `echo create ${version} >> /tmp/replaced`,
      update: `echo update ${version} >> /tmp/replaced`,
      delete: `echo delete ${version} >> /tmp/replaced`,
      triggers: [version],
    }),
  ];
  (await project.up(resources("1"))).succeeded();
  const replaced = (await project.up(resources("2"))).succeeded();
  expect(replaced.steps).toContain("create-replacement replaced");
  expect((await server.run("cat /tmp/replaced")).trimEnd().split("\n")).toEqual([
    "create 1",
    "create 2",
    "delete 1",
  ]);
});

test("output is logged if logging is requested", async () => {
  const project = new ContractProject();
  const create = "echo out; echo err >&2";
  const variants = ["stdout", "stderr", "stdoutAndStderr", "none"];
  const run = (
    await project.up([
      command("default", { create }),
      ...variants.map((logging) => command(logging, { create, logging })),
    ])
  ).succeeded();
  const logged = (name: string): string[] => {
    const diagnostics = run.diagnostics(name);
    expect(diagnostics.every((d) => d.severity === "info" && d.ephemeral === true)).toBe(true);
    return diagnostics.map(({ message }) => message.trimEnd());
  };
  expect(logged("default").sort()).toEqual(["err", "out"]);
  expect(logged("stdoutAndStderr").sort()).toEqual(["err", "out"]);
  expect(logged("stdout")).toEqual(["out"]);
  expect(logged("stderr")).toEqual(["err"]);
  expect(logged("none")).toEqual([]);
});

test("a command that cannot be run or fails says why", async () => {
  const project = new ContractProject();
  const otherKey = { privateKey: ssh2.utils.generateKeyPairSync("ed25519").private };
  const resources = [
    command("status", { create: 'echo "out\t"; exit 3', logging: "none" }),
    command("signal", { create: "kill -TERM $$" }),
    command("variable", {
      create: "touch /tmp/ran-without-its-environment",
      environment: { CONTRACT_REFUSED: "value" },
    }),
    command("other-host-key", { create: "true", connection: { hostKey: server.otherHostKey } }),
    command("bad-host-key", { create: "true", connection: { hostKey: "no key" } }),
    command("bad-private-key", { create: "true", connection: { privateKey: "no key" } }),
    command("other-private-key", { create: "true", connection: otherKey }),
    command("bad-proxy", { create: "true", connection: { proxy: connection({ port: 1 }) } }),
    command("fine", { create: "true" }),
  ];
  const run = await project.up(resources, { continueOnError: true });
  expect(run.exitCode).not.toBe(0);
  expect(run.errors("status")).toContain(
    'Process exited with status 3: running "echo \\"out\\t\\"; exit 3":\nout\t\n',
  );
  expect(run.errors("signal")).toContain(
    'Process exited with status 143 from signal TERM: running "kill -TERM $$":\n',
  );
  expect(run.errors("variable")).toContain("Unable to set 'CONTRACT_REFUSED'.");
  expect(run.errors("variable")).toContain(
    'could not set environment variable "CONTRACT_REFUSED": ssh: setenv failed',
  );
  expect(await server.run("ls /tmp")).not.toContain("ran-without-its-environment");
  expect(run.errors("other-host-key")).toContain(
    "after 0 failed attempts: ssh: handshake failed: ssh: host key mismatch",
  );
  expect(run.errors("bad-host-key")).toContain("failed to parse host key: ssh: no key found");
  expect(run.errors("bad-private-key")).toContain("ssh: no key found");
  expect(run.errors("other-private-key")).toContain(
    "after 0 failed attempts: ssh: handshake failed: ssh: unable to authenticate, " +
      "attempted methods [none publickey], no supported methods remain",
  );
  expect(run.errors("bad-proxy")).toMatch(
    /proxy: after 0 failed attempts: dial tcp 127\.0\.0\.1:1: connect: connection refused/,
  );
  expect(await project.outputs("status")).toBeUndefined();
  expect(await project.outputs("fine")).toBeDefined();
});

test("a command connects to its host through a proxy, and its connection is secret in the state", async () => {
  const project = new ContractProject();
  const inside = { host: "127.0.0.1", port: 22, proxy: connection() };
  const run = await project.up(
    [
      command("proxied", { create: "echo $SSH_CONNECTION", connection: inside }),
      command("secrets", { create: { $secret: "true s3cr3t" }, stdin: { $secret: "s3cr3t" } }),
      command("nothing-there", { create: "true", connection: { ...inside, port: 1 } }),
    ],
    { continueOnError: true },
  );
  expect(run.errors("proxied") + run.errors("secrets")).toBe("");
  expect(await project.outputs("proxied")).toMatchObject({
    stdout: expect.stringMatching(/^127\.0\.0\.1 \d+ 127\.0\.0\.1 22$/) as string,
  });
  expect(run.errors("nothing-there")).toContain(
    "proxy: after 0 failed attempts: ssh: rejected: connect failed (Connection refused)",
  );
  const state = await project.state();
  expect(state).not.toContain("s3cr3t");
  expect(state).not.toContain("PRIVATE KEY");
  expect(state).not.toContain(server.hostKey.split(" ")[1]);
});

test("a command connects to an address of IPv6, directly and through a proxy at one", async () => {
  const forwarder = createServer((socket) => {
    const onward = connect(server.port, server.host);
    socket.pipe(onward).pipe(socket);
    for (const end of [socket, onward]) end.on("error", () => undefined);
  });
  forwarder.listen(0, "::1");
  await once(forwarder, "listening");
  onTestFinished(() => void forwarder.close());
  const { port } = forwarder.address() as AddressInfo;
  const proxy = connection({ host: "::1", port });
  const project = new ContractProject();
  const create = "echo $SSH_CONNECTION";
  const resources = [
    command("direct", { create, connection: { host: "::1", port } }),
    command("proxied", { create, connection: { host: "::1", port: 22, proxy } }),
  ];
  (await project.up(resources)).succeeded();
  expect(await project.outputs("direct")).toMatchObject({
    stdout: expect.stringMatching(/ 22$/) as string,
  });
  expect(await project.outputs("proxied")).toMatchObject({
    stdout: expect.stringMatching(/^::1 \d+ ::1 22$/) as string,
  });
});
