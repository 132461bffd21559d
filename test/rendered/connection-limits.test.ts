import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  renderConnectionLimits,
  type ConnectionLimits,
} from "../../templates/connection-limits/connection-limits.js";
import { startTestContainer, type TestContainer } from "../support/containers.js";
import { fileOf, sharedFiles } from "../support/host-files/files.js";
import { onFile } from "../support/rendered/parsers.js";

const files = await sharedFiles();
const names = ["main/connection-limits.nft", "compiler/connection-limits.nft"];
const check = (content: string) => onFile('nft --check --file "$1"', content);

describe("limits on connections, read by nft", () => {
  it.each(names)("%s are accepted", async (name) => {
    expect(await check(fileOf(files, name))).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("are accepted with known addresses of both kinds", async () => {
    const known = ["10.1.0.11", "fd07::11", "2001:db8::b"];
    const limits = { bytes: 1, open: 1, rate: 1, burst: 1 };
    const content = renderConnectionLimits({ ...limits, known });
    expect(await check(content)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it.each(names)("%s are rejected with an unknown word", async (name) => {
    const content = fileOf(files, name).replaceAll("ct count over", "ct count above");
    expect((await check(content)).code).toBe(1);
  });
});

/** A server that keeps what it gets, as Puppet Server does, and prints how much that is. */
const keeps = `
import socket, threading
listener = socket.create_server(("", 8140), family=socket.AF_INET6, dualstack_ipv6=True, backlog=200)
def keep(connection):
    connection.sendall(b"welcome")
    received = 0
    while data := connection.recv(65536):
        received += len(data)
        open("/tmp/received", "w").write(str(received))
while True:
    threading.Thread(target=keep, args=(listener.accept()[0],), daemon=True).start()
`;

/** Starts that server. */
async function serveOn(host: TestContainer): Promise<void> {
  await host.exec(["systemd-run", "--quiet", "--unit=keeps", "python3", "-c", keeps]);
  const { code } = await host.exec([
    "sh",
    "-c",
    'for try in $(seq 100); do ss -Hltn "sport = :8140" | grep -q . && exit; sleep 0.1; done; exit 1',
  ]);
  expect(code).toBe(0);
}

/** Loads the limits, with those of a test. */
async function loadOn(host: TestContainer, values: Partial<ConnectionLimits>): Promise<void> {
  const stdin = renderConnectionLimits({
    known: [],
    bytes: 2 ** 20,
    ...{ open: 10, rate: 1000, burst: 1000 },
    ...values,
  });
  const { code, stderr } = await host.exec(["nft", "--file", "-"], { stdin });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
}

describe("limits on connections, in the kernel", () => {
  let host: TestContainer;
  let port: number;
  const load = (values: Partial<ConnectionLimits>) => loadOn(host, values);
  const received = async () => Number((await host.exec(["cat", "/tmp/received"])).stdout);
  const sockets: Socket[] = [];
  /** A new connection: whether the server welcomes it. */
  const welcomed = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      sockets.push(socket);
      socket.once("data", () => {
        resolve(true);
      });
      socket.once("error", () => {
        resolve(false);
      });
      socket.once("close", () => {
        resolve(false);
      });
    });
  const closeAll = () => {
    for (const socket of sockets.splice(0)) socket.destroy();
  };

  beforeAll(async () => {
    host = await startTestContainer("connection-limits", { ports: [8140] });
    port = await host.port(8140);
    await serveOn(host);
  });
  afterAll(async () => {
    closeAll();
    await host.remove();
  });

  it("hold a connection that sends too much, and no other", async () => {
    await load({});
    expect(await welcomed()).toBe(true);
    sockets[0]?.write(Buffer.alloc(8 * 2 ** 20));
    await expect.poll(received, { timeout: 5000 }).toBeGreaterThan(2 ** 19);
    expect(await welcomed()).toBe(true);
    expect(await received()).toBeLessThanOrEqual(2 ** 20);
    closeAll();
  });

  it("let a known host open and begin more, and send no more on one", async () => {
    const gateway = await host.exec(["sh", "-c", "ip route show default | cut -d ' ' -f 3"]);
    await load({ known: [gateway.stdout.trim()], rate: 1, burst: 1 });
    const first = await Promise.all(Array.from({ length: 30 }, welcomed));
    expect(first).not.toContain(false);
    sockets[0]?.write(Buffer.alloc(8 * 2 ** 20));
    await expect.poll(received, { timeout: 5000 }).toBeGreaterThan(2 ** 19);
    expect(await received()).toBeLessThanOrEqual(2 ** 20);
    closeAll();
  });

  it("reject the connections of a source that has too many open, until it closes some", async () => {
    await load({});
    const first = await Promise.all(Array.from({ length: 10 }, welcomed));
    expect(first).not.toContain(false);
    expect(await welcomed()).toBe(false);
    closeAll();
    await expect.poll(welcomed, { timeout: 5000 }).toBe(true);
    closeAll();
  });

  it("reject the connections of a source that begins too many", async () => {
    await load({ open: 100, rate: 1, burst: 20 });
    const answers = [];
    for (let count = 0; count < 30; count++) answers.push(await welcomed());
    const accepted = answers.filter(Boolean).length;
    expect(accepted).toBeGreaterThanOrEqual(20);
    expect(accepted).toBeLessThan(30);
    closeAll();
  });

  it("slow a source down that sends faster than it may", async () => {
    await load({ bandwidth: 2 ** 16 });
    expect(await welcomed()).toBe(true);
    sockets[0]?.write(Buffer.alloc(2 ** 20 - 2 ** 16));
    await expect.poll(received, { timeout: 5000 }).toBeGreaterThan(2 ** 18);
    expect(await received()).toBeLessThan(2 ** 20 - 2 ** 16);
    closeAll();
  });

  it("leave other tables alone, also when they are removed", async () => {
    const tables = async () =>
      (await host.exec(["nft", "list tables"])).stdout.trim().split("\n").sort();
    const stdin = "table inet site {\n  chain input { type filter hook input priority 0; }\n}\n";
    expect(await host.exec(["nft", "--file", "-"], { stdin })).toMatchObject({ code: 0 });
    await load({});
    expect(await tables()).toEqual(["table inet pulumi_puppet", "table inet site"]);
    await host.exec(["nft", "delete table inet pulumi_puppet"]);
    expect(await tables()).toEqual(["table inet site"]);
  });
});

describe("limits on connections over IPv6, in the kernel", () => {
  let server: TestContainer;
  let client: TestContainer;
  /** How many of ten connections at once are welcomed from each of some addresses, which stay open until the end. */
  const welcomed = async (...sources: readonly string[]): Promise<number[]> => {
    const script = `
import socket, sys
def connect(source):
    try:
        connection = socket.create_connection(("fd07::1", 8140), 5, (source, 0))
        return connection if connection.recv(7) else None
    except OSError:
        return None
kept = [[one for _ in range(10) if (one := connect(source))] for source in sys.argv[1:]]
print(*map(len, kept))`;
    const { stdout } = await client.exec(["python3", "-c", script, ...sources]);
    return stdout.trim().split(" ").map(Number);
  };

  beforeAll(async () => {
    server = await startTestContainer("connection-limits-server");
    client = await startTestContainer("connection-limits-client");
    // Of two networks of /64, on the link that both are on.
    const have = async (host: TestContainer, ...addresses: readonly string[]) => {
      const add = addresses.map((one) => `ip address add ${one}/32 dev eth0 nodad`).join(" && ");
      expect(await host.exec(["sh", "-c", add])).toMatchObject({ code: 0, stderr: "" });
    };
    await have(server, "fd07::1");
    await have(client, "fd07::a", "fd07::b", "fd07:0:0:1::a");
    await serveOn(server);
  });
  afterAll(async () => {
    await server.remove();
    await client.remove();
  });

  it("hold for all addresses of a network of /64 together, and for each network by itself", async () => {
    await loadOn(server, {});
    const sources = ["fd07::a", "fd07::b", "fd07:0:0:1::a"];
    expect(await welcomed(...sources)).toEqual([10, 0, 10]);
  });

  it("do not hold for a known host", async () => {
    await loadOn(server, { known: ["10.1.0.1", "fd07::b"], open: 5 });
    expect(await welcomed("fd07::a", "fd07::b")).toEqual([5, 10]);
  });
});
