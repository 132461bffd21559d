import { load } from "js-yaml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderHooks } from "../../templates/webhook/webhook.js";
import { sharedCodeFiles } from "../support/host-files/code-files.js";
import { fileOf } from "../support/host-files/files.js";
import { inParsers, inRuby } from "../support/rendered/parsers.js";
import {
  hmac,
  json,
  secret,
  signed,
  startWebhook,
  withPassword,
  type RunningWebhook,
} from "../support/rendered/webhook.js";
import { ask, install, type Sent } from "../support/rendered/webhook-requests.js";

const hooks = fileOf(await sharedCodeFiles(), "webhook/hooks.yaml");
const body = JSON.stringify({ ref: "refs/heads/größer", count: 7 });

let webhook: RunningWebhook;
beforeAll(async () => {
  webhook = await startWebhook(9000);
});
afterAll(async () => {
  await webhook.stop();
});

describe("hooks.yaml", () => {
  it("is the same for Ruby's parser as for JavaScript's", async () => {
    const read = (text: string) => inRuby('(require "yaml"; YAML.safe_load($stdin.read))', text);
    expect(await read(hooks)).toEqual(load(hooks));
    const each = {
      "http-methods": ["POST"],
      "execute-command": "/usr/local/sbin/puppet-code-request",
      "trigger-signature-soft-failures": true,
    };
    expect(load(hooks)).toMatchObject([
      { id: "code", ...each },
      { id: "control", ...each },
    ]);
    await expect(read(hooks.replace("id:", "id"))).rejects.toThrow("SyntaxError");
  });

  it("is what runs here, except for the command", () => {
    const { command } = webhook;
    expect(hooks.replaceAll("/usr/local/sbin/puppet-code-request", command)).toBe(
      renderHooks({ secret, command }),
    );
  });

  // The program ignores unknown words.
  it.each([
    ["a line that is no YAML", "id:", "id"],
    ["a rule that is a text", "or:", "or: 5\n    x:"],
    ["a code that is none", "response-code: 403", "response-code: forbidden"],
  ])("is refused by the program with %s", async (_, part, other) => {
    const content = hooks.replace(part, other);
    expect(content).not.toBe(hooks);
    const broken = `${webhook.folder}/broken.yaml`;
    await install(broken, content);
    // It continues without hooks.
    const words = ["-verbose", "-hooks", broken, "-ip", "127.0.0.1"];
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
    ["Azure DevOps", "Content-Language", undefined, withPassword(`azure:${secret}`)],
    [
      "GitHub, with its older signature beside it",
      "X-GitHub-Event",
      "GITHUB_EVENT",
      { ...signed(body), "X-Hub-Signature": `sha1=${hmac(body, secret, "sha1")}` },
    ],
  ])("comes from %s", async (_, header, variable, headers) => {
    const answer = await ask(webhook.plain, { headers: { ...headers, [header]: "a; push" }, body });
    expect({ ...answer, body: JSON.parse(answer.body) as unknown }).toEqual({
      status: 200,
      body: {
        arguments: ["--push", "--wait", "3"],
        events: variable === undefined ? {} : { [variable]: "a; push" },
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
    const answer = await ask(webhook.plain, { headers, body: form });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ payload: { payload: body } });
  });

  it("has nothing of a body that is not JSON", async () => {
    const answer = await ask(webhook.plain, { headers: signed("nope"), body: "nope" });
    expect(JSON.parse(answer.body)).toMatchObject({ payload: null });
  });

  it("returns the command's output even if the command fails", async () => {
    const headers = { ...signed(body), "X-GitHub-Event": "fail" };
    const { status, body: said } = await ask(webhook.plain, { headers, body });
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
    ["has an empty password", { headers: withPassword("azure:"), body }],
    ["has another password", { headers: withPassword(`azure:${secret}0`), body }],
    [
      "has a password that is cut short",
      { headers: withPassword(`azure:${secret.slice(1)}`), body },
    ],
    ["has another user", { headers: withPassword(`x:${secret}`), body }],
    ["has the password in plain text", { headers: { ...json, Authorization: secret }, body }],
    [
      "has the password as a bearer's",
      { headers: { ...json, Authorization: `Bearer ${secret}` }, body },
    ],
    [
      "has the password in another header",
      {
        headers: { ...json, "X-Gitlab-Token": withPassword(`azure:${secret}`).Authorization },
        body,
      },
    ],
    [
      "has the secret in its address",
      { path: `/hooks/code?X-Gitlab-Token=${secret}`, headers: json, body },
    ],
  ])("%s, and runs nothing", async (_, sent) => {
    const before = await webhook.runs();
    expect(await ask(webhook.plain, sent)).toEqual({
      status: 403,
      body: expect.stringContaining("Hook rules were not satisfied.") as unknown,
    });
    expect(await webhook.runs()).toBe(before);
  });

  it("is accepted once it is signed: the command's runs are counted", async () => {
    const before = await webhook.runs();
    expect((await ask(webhook.plain, { headers: signed(body), body })).status).toBe(200);
    expect(await webhook.runs()).toBe(before + 1);
  });
});
