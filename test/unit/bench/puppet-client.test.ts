import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import { encoded, PuppetClient, retryAfter } from "../../../bench/agents/puppet-client.js";
import { secureContext } from "../../../bench/agents/target.js";
import { answeringServer, type AnsweringServer } from "../../support/unit/answering-server.js";

const host = "puppet.example.test";
let server: AnsweringServer | undefined;
let client: PuppetClient | undefined;

afterEach(() => {
  client?.close();
  server?.close();
  vi.useRealTimers();
});

/** A client of a server that answers as given, which waits no longer than the test wants. */
async function asking(
  answer: (count: number, response: ServerResponse) => void,
  names = new Map([[host, "127.0.0.1"]]),
) {
  server = await answeringServer(answer);
  const waits: number[] = [];
  const [puppetServer = ""] = names.keys();
  const context = secureContext({ caCertificate: server.certificate });
  client = new PuppetClient(
    { puppetServer, addresses: names },
    { certname: "one.example.test", context },
    (seconds) => Promise.resolve(waits.push(seconds)),
    server.port,
  );
  return { client, server, waits };
}

const busy = (response: ServerResponse, after: string, status = 503) =>
  response.writeHead(status, { "Retry-After": after }).end("busy");

describe("a client of Puppet Servers", () => {
  it("keeps its connection, and knows who answers", async () => {
    const { client, server } = await asking((_, response) => response.end("here"));
    for (let count = 0; count < 3; count += 1) {
      expect((await client.ask("GET", "/node/one", { environment: "production" })).toString()).toBe(
        "here",
      );
    }
    expect(server.connections()).toBe(1);
    expect(client.lastServer).toBe("test");
  });

  it("opens another connection after four idle seconds", async () => {
    const { client, server } = await asking((_, response) => response.end());
    vi.useFakeTimers({ toFake: ["Date"] });
    await client.ask("GET", "/node/one", {});
    vi.advanceTimersByTime(3900);
    await client.ask("GET", "/node/one", {});
    expect(server.connections()).toBe(1);
    vi.advanceTimersByTime(4000);
    await client.ask("GET", "/node/one", {});
    expect(server.connections()).toBe(2);
  });

  it("loses nothing when a server closes a connection that is idle", async () => {
    const { client, server } = await asking((_, response) => response.end());
    await client.ask("GET", "/node/one", {});
    await server.closeIdle();
    await client.ask("PUT", "/report/one", {}, { body: "{}" });
    expect(server.connections()).toBe(2);
  });

  it.each([429, 503])(
    "comes again after %i, on a new connection, when it is told",
    async (status) => {
      const { client, server, waits } = await asking((count, response) =>
        count < 3 ? busy(response, String(count * 7), status) : response.end("done"),
      );
      const body = "facts=none";
      expect((await client.ask("POST", "/catalog/one", {}, { body })).toString()).toBe("done");
      expect(waits).toEqual([7, 14]);
      expect(client.retries).toBe(2);
      expect(server.connections()).toBe(3);
    },
  );

  it("gives up after a hundred times", async () => {
    const { client, waits } = await asking((_, response) => busy(response, "1"));
    await expect(client.ask("GET", "/node/one", {})).rejects.toThrow("GET /node/one: 503 busy");
    expect(waits).toHaveLength(100);
  });

  it("does not come again when it is not told when", async () => {
    const { client, waits } = await asking((_, response) => response.writeHead(503).end("none"));
    await expect(client.ask("GET", "/node/one", {})).rejects.toThrow("503 none");
    expect(waits).toEqual([]);
  });

  it.each(["before", "within"])(
    "never repeats a request that is cut %s the answer",
    async (when) => {
      let requests = 0;
      const { client } = await asking((count, response) => {
        requests = count;
        if (when === "within") response.writeHead(200, { "Content-Length": 9 }).write("half");
        setImmediate(() => response.destroy());
      });
      await expect(client.ask("GET", "/node/one", {})).rejects.toThrow(
        /^GET \/puppet\/v3\/node\/one: (socket hang up|aborted)/,
      );
      expect(requests).toBe(1);
    },
  );

  it("accepts no server with another name, and none of another CA", async () => {
    const { client } = await asking(
      (_, response) => response.end(),
      new Map([["other.example.test", "127.0.0.1"]]),
    );
    await expect(client.ask("GET", "/node/one", {})).rejects.toThrow(/altnames/);
    const { server } = await asking((_, response) => response.end());
    const context = secureContext({ caCertificate: "" });
    const stranger = new PuppetClient(
      { puppetServer: host, addresses: new Map([[host, "127.0.0.1"]]) },
      { certname: "one.example.test", context },
      undefined,
      server.port,
    );
    await expect(stranger.ask("GET", "/node/one", {})).rejects.toThrow(/self-signed/);
  });
});

describe("when a request is sent again", () => {
  const after = (status: number, value?: string) =>
    retryAfter({ status, headers: { "retry-after": value } }, Date.parse("2026-01-01T00:00:00Z"));

  it.each([
    [503, "30", 30],
    [429, "0", 0],
    [503, "86400", 1800],
    [503, "Thu, 01 Jan 2026 00:01:00 GMT", 60],
    [503, "Wed, 31 Dec 2025 00:00:00 GMT", 0],
    [503, "soon", undefined],
    [503, undefined, undefined],
    [500, "30", undefined],
    [200, "30", undefined],
  ])("after %i with Retry-After %s: %s", (status, value, seconds) => {
    expect(after(status, value)).toBe(seconds);
  });
});

it("encodes queries as Puppet does", () => {
  expect(encoded({ ignore: [".svn", "C VS"], recurse: true, nothing: undefined, empty: "" })).toBe(
    "ignore=.svn&ignore=C%20VS&recurse=true&empty=",
  );
});
