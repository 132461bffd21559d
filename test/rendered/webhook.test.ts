import { createHmac } from "node:crypto";
import { load } from "js-yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderPostReceive } from "../../templates/control-repository/control-repository.js";
import { renderHooks } from "../../templates/webhook/webhook.js";
import { passwordOf } from "../support/infrastructure.js";
import { sharedCodeFiles } from "../support/host-files/code-files.js";
import { fileOf } from "../support/host-files/files.js";
import { inParsers, inRuby } from "../support/rendered/parsers.js";
import {
  ask,
  idle,
  install,
  stub,
  type Answer,
  type Sent,
} from "../support/rendered/webhook-requests.js";

const shared = await sharedCodeFiles();
const secret = passwordOf("puppet-webhook-secret");
const command = "/tmp/webhook-test/command";
const hooks = fileOf(shared, "webhook/hooks.yaml");

const plain = "http://127.0.0.1:9001";
const overTls = "https://127.0.0.1:9000";
const body = JSON.stringify({ ref: "refs/heads/größer", count: 7 });
const json = { "Content-Type": "application/json" };
const hmac = (text: string, key = secret, algorithm = "sha256") =>
  createHmac(algorithm, key).update(text).digest("hex");
const signed = (text: string, header = "X-Hub-Signature-256") => ({
  ...json,
  [header]: `sha256=${hmac(text)}`,
});

/** How often the command has run. */
const runs = async () => {
  const { stdout } = await inParsers(["sh", "-c", "cat /tmp/webhook-test/runs 2>/dev/null"]);
  return stdout.split("\n").length - 1;
};

const units = ["rendered-webhook", "rendered-webhook-proxy"];

beforeAll(async () => {
  await install(command, stub);
  await install("/tmp/webhook-test/hooks.yaml", renderHooks({ secret, command }));
  await install("/tmp/webhook-test/haproxy.cfg", fileOf(shared, "webhook/haproxy.cfg"));
  const programs = [
    "/usr/bin/webhook -hooks /tmp/webhook-test/hooks.yaml -ip 127.0.0.1 -port 9001",
    "/usr/sbin/haproxy -db -f /tmp/webhook-test/haproxy.cfg",
  ];
  for (const [index, program] of programs.entries()) {
    const words = ["systemd-run", "--quiet", "--collect", `--unit=${units[index] ?? ""}`];
    const { code, stderr } = await inParsers([...words, ...program.split(" ")]);
    if (code !== 0) throw new Error(stderr);
  }
  const listening =
    'for try in $(seq 100); do ss -Hltn "sport = :9000 or sport = :9001" | wc -l | grep -qx 2 && exit; sleep 0.1; done; exit 1';
  expect((await inParsers(["sh", "-c", listening])).code).toBe(0);
});
afterAll(async () => {
  await inParsers(["systemctl", "stop", ...units]);
});

describe("hooks.yaml", () => {
  it("is the same for Ruby's parser as for JavaScript's", async () => {
    const read = (text: string) => inRuby('(require "yaml"; YAML.safe_load($stdin.read))', text);
    expect(await read(hooks)).toEqual(load(hooks));
    expect(load(hooks)).toMatchObject([
      {
        id: "code",
        "http-methods": ["POST"],
        "execute-command": "/usr/local/sbin/puppet-code-request",
        "trigger-signature-soft-failures": true,
      },
    ]);
    await expect(read(hooks.replace("id:", "id"))).rejects.toThrow("SyntaxError");
  });

  it("is what runs here, except for the command", () => {
    expect(hooks.replace("/usr/local/sbin/puppet-code-request", command)).toBe(
      renderHooks({ secret, command }),
    );
  });

  // The program ignores unknown words.
  it.each([
    ["a line that is no YAML", "id:", "id"],
    ["a rule that is a text", "or:", "or: 5\n    x:"],
    ["a code that is none", "response-code: 403", "response-code: forbidden"],
  ])("is refused by the program with %s", async (_, part, other) => {
    const broken = hooks.replace(part, other);
    expect(broken).not.toBe(hooks);
    await install("/tmp/webhook-test/broken.yaml", broken);
    // It continues without hooks.
    const words = ["-verbose", "-hooks", "/tmp/webhook-test/broken.yaml", "-ip", "127.0.0.1"];
    const program = ["timeout", "2", "webhook", ...words, "-port", "9009"];
    const { stdout, stderr } = await inParsers(program);
    expect(stdout + stderr).toContain("couldn't load hooks from file!");
  });
});

describe("a request that runs the command", () => {
  it.each([
    ["GitHub", "X-GitHub-Event", "GITHUB_EVENT", signed(body)],
    ["Gitea", "X-Gitea-Event", "GITEA_EVENT", signed(body)],
    ["Bitbucket", "X-Event-Key", "BITBUCKET_EVENT", signed(body, "X-Hub-Signature")],
    ["GitLab", "X-Gitlab-Event", "GITLAB_EVENT", { ...json, "X-Gitlab-Token": secret }],
    [
      "GitHub, with its older signature beside it",
      "X-GitHub-Event",
      "GITHUB_EVENT",
      { ...signed(body), "X-Hub-Signature": `sha1=${hmac(body, secret, "sha1")}` },
    ],
  ])("comes from %s", async (_, header, variable, headers) => {
    const answer = await ask(plain, { headers: { ...headers, [header]: "a; push" }, body });
    expect({ ...answer, body: JSON.parse(answer.body) as unknown }).toEqual({
      status: 200,
      body: {
        arguments: ["--push", "--wait", "8"],
        events: { [variable]: "a; push" },
        payload: JSON.parse(body) as unknown,
      },
    });
  });

  it("has its form's body as a string in JSON", async () => {
    const form = `payload=${encodeURIComponent(body)}`;
    const headers = {
      ...signed(form),
      "Content-Type": "application/x-www-form-urlencoded",
    };
    const answer = await ask(plain, { headers, body: form });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ payload: { payload: body } });
  });

  it("has nothing of a body that is not JSON", async () => {
    const answer = await ask(plain, { headers: signed("nope"), body: "nope" });
    expect(JSON.parse(answer.body)).toMatchObject({ payload: null });
  });

  it("returns the command's output even if the command fails", async () => {
    const headers = { ...signed(body), "X-GitHub-Event": "fail" };
    const { status, body: said } = await ask(plain, { headers, body });
    expect(status).toBe(500);
    expect(said).toContain('"events":{"GITHUB_EVENT":"fail"}');
  });
});

describe("a rejected request", () => {
  const sha1 = { ...json, "X-Hub-Signature": `sha1=${hmac(body, secret, "sha1")}` };
  it.each<[string, Sent]>([
    ["has no signature", { headers: json, body }],
    ["has an empty one", { headers: { ...json, "X-Hub-Signature-256": "" }, body }],
    ["has a wrong one", { headers: { ...json, "X-Hub-Signature-256": "sha256=00" }, body }],
    [
      "is signed with another key",
      { headers: { ...json, "X-Hub-Signature-256": `sha256=${hmac(body, `${secret}0`)}` }, body },
    ],
    [
      "is signed with no key",
      { headers: { ...json, "X-Hub-Signature-256": `sha256=${hmac(body, "")}` }, body },
    ],
    ["was changed after it was signed", { headers: signed(body), body: `${body} ` }],
    ["is another that somebody signed", { headers: signed("{}"), body }],
    ["is signed with SHA-1 only", { headers: sha1, body }],
    [
      "has a token that is cut short",
      { headers: { ...json, "X-Gitlab-Token": secret.slice(1) }, body },
    ],
    ["has an empty token", { headers: { ...json, "X-Gitlab-Token": "" }, body }],
    [
      "has the secret in its address",
      { path: `/hooks/code?X-Gitlab-Token=${secret}`, headers: json, body },
    ],
  ])("%s, and runs nothing", async (_, sent) => {
    const before = await runs();
    expect(await ask(plain, sent)).toEqual({
      status: 403,
      body: expect.stringContaining("Hook rules were not satisfied.") as unknown,
    });
    expect(await runs()).toBe(before);
  });

  it("is accepted once it is signed: the command's runs are counted", async () => {
    const before = await runs();
    expect((await ask(plain, { headers: signed(body), body })).status).toBe(200);
    expect(await runs()).toBe(before + 1);
  });
});

describe("HAProxy in front of the webhook", () => {
  it("forwards signed requests, and the command's output", async () => {
    const headers = { ...signed(body), "X-GitHub-Event": "push" };
    const answer = await ask(overTls, { headers, body });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ events: { GITHUB_EVENT: "push" } });
    expect((await ask(overTls, { headers: json, body })).status).toBe(403);
  });

  it.each<[string, Sent, Answer]>([
    ["another path", { path: "/", body }, { status: 404, body: "There is nothing here.\n" }],
    [
      "a longer path",
      { path: "/hooks/code/", body },
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
    const before = await runs();
    expect(await ask(overTls, sent)).toEqual(answer);
    expect(await runs()).toBe(before);
  });

  it("cuts off a body that arrives one byte at a time", async () => {
    const script = `
      socket = OpenSSL::SSL::SSLSocket.new(TCPSocket.new("127.0.0.1", 9000)).connect
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
    "answers a push within ten seconds while %i sockets do nothing",
    async (count) => {
      const sockets = await idle(count);
      const began = Date.now();
      const headers = { ...signed(body), "X-GitHub-Event": "push" };
      expect((await ask(overTls, { headers, body }, "127.0.0.2")).status).toBe(200);
      expect(Date.now() - began).toBeLessThan(10_000);
      const { open, seconds } = await sockets.end;
      // No address has more, and a handshake has five seconds.
      expect(open).toBeLessThanOrEqual(Math.min(count, 128));
      expect(seconds).toBeLessThan(8);
    },
  );

  it("forwards a body of the maximum size", async () => {
    const largest = `{"a":"${" ".repeat(2 * 1024 * 1024 - 8)}"}`;
    expect(largest).toHaveLength(2 * 1024 * 1024);
    expect((await ask(overTls, { headers: signed(largest), body: largest })).status).toBe(200);
  });
});

describe("the hook of the control repository", () => {
  const folder = "/tmp/webhook-test";
  const line = (ref: string, after = "5".repeat(40)) => `${"0".repeat(40)} ${after} ${ref}\n`;
  /** What a user who pushes sees. */
  const push = async (lines: string, url = `${plain}/hooks/code`) => {
    const settings = `${folder}/webhook.json`;
    await install(settings, JSON.stringify({ url, secret }));
    const repository = "var/lib/puppet-control/control";
    const values = { ruby: "/usr/bin/ruby", settings, repository };
    await install(`${folder}/post-receive`, renderPostReceive(values));
    return inParsers([`${folder}/post-receive`], lines);
  };

  it("notifies the webhook of each branch, as a Git server does, and shows its answer", async () => {
    const gone = "0".repeat(40);
    const { code, stdout, stderr } = await push(
      line("refs/heads/production") + line("refs/heads/old", gone),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.trimEnd().split("\n");
    expect([lines[0], lines[2]]).toEqual(["production:", "old:"]);
    const told = [lines[1], lines[3]].map((text) => JSON.parse(text ?? "") as unknown);
    const payload = { before: gone, repository: { full_name: "var/lib/puppet-control/control" } };
    expect(told).toMatchObject([
      { events: { GITHUB_EVENT: "push" }, payload: { ...payload, deleted: false } },
      { payload: { ...payload, ref: "refs/heads/old", after: gone, deleted: true } },
    ]);
  });

  it.each([
    ["does not listen", "http://127.0.0.1:9099/hooks/code", "Connection refused"],
    ["has no address", "http://none.invalid:9001/hooks/code", "getaddrinfo"],
  ])("tells in a sentence that the webhook %s, for each branch", async (_, url, why) => {
    const { code, stdout, stderr } = await push(line("refs/heads/a") + line("refs/heads/b"), url);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.trimEnd().split("\n");
    expect(lines.filter((text) => text.endsWith(":"))).toEqual(["a:", "b:"]);
    const sentences = lines.filter((text) => text.startsWith("The webhook did not answer ("));
    expect(sentences).toHaveLength(2);
    for (const sentence of sentences) {
      expect(sentence).toContain(why);
      expect(sentence).toMatch(/; npm run deploy-code deploys it\.$/);
    }
  });

  it("does not stop at a branch that it cannot report", async () => {
    const { code, stdout } = await push(line("refs/heads/größer") + line("refs/heads/b"));
    expect(code).toBe(0);
    expect(stdout).toContain("\nb:\n{");
  });
});
