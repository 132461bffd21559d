import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderWebhookProxy } from "../../templates/webhook/webhook.js";
import { sharedCodeFiles } from "../support/host-files/code-files.js";
import { fileOf } from "../support/host-files/files.js";
import { inParsers } from "../support/rendered/parsers.js";
import {
  json,
  secret,
  signed,
  startWebhook,
  withPassword,
  type RunningWebhook,
} from "../support/rendered/webhook.js";
import {
  ask,
  askTimed,
  idle,
  type Answer,
  type Sent,
} from "../support/rendered/webhook-requests.js";

const body = JSON.stringify({ ref: "refs/heads/größer", count: 7 });

let webhook: RunningWebhook;
beforeAll(async () => {
  webhook = await startWebhook(9010);
});
afterAll(async () => {
  await webhook.stop();
});

describe("HAProxy in front of the webhook", () => {
  it("is what runs here, except for the ports", async () => {
    const certificate = "/etc/puppet-webhook/tls/host.pem";
    expect(fileOf(await sharedCodeFiles(), "webhook/haproxy.cfg")).toBe(
      renderWebhookProxy({ port: 9000, ipv6: false, backendPort: 9001, certificate }),
    );
  });

  it("forwards signed requests, and the command's output", async () => {
    const headers = { ...signed(body), "X-GitHub-Event": "push" };
    const answer = await ask(webhook.overTls, { headers, body });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ events: { GITHUB_EVENT: "push" } });
    expect(await ask(webhook.overTls, { headers: json, body })).toEqual({
      status: 403,
      body: "Sign the request.\n",
    });
  });

  it("forwards passwords, and leaves it to the webhook to compare them", async () => {
    const right = withPassword(`azure:${secret}`);
    expect((await ask(webhook.overTls, { headers: right, body })).status).toBe(200);
    const before = await webhook.runs();
    const wrong = withPassword(`azure:${secret}0`);
    expect((await ask(webhook.overTls, { headers: wrong, body })).status).toBe(403);
    expect(await webhook.runs()).toBe(before);
  });

  it("makes an error of a command that could not read the request the sender's", async () => {
    const headers = { ...signed(body), "X-GitHub-Event": "fail" };
    const { status, body: said } = await ask(webhook.overTls, { headers, body });
    expect(status).toBe(400);
    expect(said).toContain('"events":{"GITHUB_EVENT":"fail"}');
  });

  it("logs what it refuses itself, and leaves the rest to the command", async () => {
    const lines = async () => {
      const words = ["journalctl", "-q", "-o", "cat", "-u", "rendered-webhook-proxy-9010"];
      const { stdout } = await inParsers(words);
      return stdout.split("\n").filter((line) => line.startsWith("not deployed"));
    };
    const before = (await lines()).length;
    for (const event of ["push", "fail"]) {
      const headers = { ...signed(body), "X-GitHub-Event": event };
      await ask(webhook.overTls, { headers, body });
    }
    await ask(webhook.overTls, { headers: withPassword("azure:x"), body });
    await ask(webhook.overTls, { headers: json, body });
    const line = "not deployed: status 403 for POST /hooks/code from 127.0.0.1";
    expect((await lines()).slice(before)).toEqual([line, line]);
  });

  it.each<[string, Sent, Answer]>([
    ["another path", { path: "/", body }, { status: 404, body: "There is nothing here.\n" }],
    [
      "a longer path",
      { path: "/hooks/code/", body },
      { status: 404, body: "There is nothing here.\n" },
    ],
    [
      "the path of the control repository on the same host",
      { path: "/hooks/control", headers: signed(body), body },
      { status: 404, body: "There is nothing here.\n" },
    ],
    ["a question", { method: "GET" }, { status: 405, body: "Send a POST.\n" }],
    [
      "a body of unknown size",
      { headers: { ...signed(body), "Transfer-Encoding": "chunked" }, body },
      { status: 411, body: "Send a Content-Length.\n" },
    ],
    [
      "a body that is too large",
      { headers: signed(body), body: " ".repeat(2 * 1024 * 1024 + 1) },
      {
        status: 413,
        body: "A push of more than 2097152 bytes is not read; deploy by hand.\n",
      },
    ],
  ])("keeps %s from it", async (_, sent, answer) => {
    const before = await webhook.runs();
    expect(await ask(webhook.overTls, sent)).toEqual(answer);
    expect(await webhook.runs()).toBe(before);
  });

  it("cuts off a body that arrives one byte at a time", async () => {
    const script = `
      socket = OpenSSL::SSL::SSLSocket.new(TCPSocket.new("127.0.0.1", 9010)).connect
      socket.write("POST /hooks/code HTTP/1.1\\r\\nHost: x\\r\\nX-Gitlab-Token: x\\r\\nContent-Length: 100000\\r\\n\\r\\n{")
      began = Time.now
      Thread.new { loop { sleep 1; socket.write(" ") } rescue nil }
      puts socket.gets, Time.now - began`;
    const { stdout } = await inParsers(["ruby", "-ropenssl", "-rsocket", "-e", script]);
    const [answer = "", seconds = ""] = stdout.split("\n");
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(Number(seconds)).toBeGreaterThan(5);
    expect(Number(seconds)).toBeLessThan(15);
  });

  it.each([64, 200])(
    "answers a push within four seconds while %i sockets do nothing",
    async (count) => {
      const sockets = await idle(9010, count);
      const headers = { ...signed(body), "X-GitHub-Event": "push" };
      const answer = await askTimed(webhook.overTls, { headers, body }, "127.0.0.2");
      expect(answer.status).toBe(200);
      expect(answer.seconds).toBeLessThan(4);
      const { open, seconds } = await sockets.end;
      // No address has more, and a handshake has five seconds.
      expect(open).toBeLessThanOrEqual(Math.min(count, 128));
      expect(seconds).toBeLessThan(8);
    },
  );

  it("forwards a body of the maximum size", async () => {
    const largest = `{"a":"${" ".repeat(2 * 1024 * 1024 - 8)}"}`;
    expect(largest).toHaveLength(2 * 1024 * 1024);
    expect((await ask(webhook.overTls, { headers: signed(largest), body: largest })).status).toBe(
      200,
    );
  });
});
