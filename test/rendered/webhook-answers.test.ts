import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  commandIn,
  rawRequestOf,
  requestOf,
  StandInDeploy,
} from "../support/rendered/answering.js";
import { strange, unreadable } from "../support/rendered/bad-pushes.js";
import { idle } from "../support/rendered/idle-pushes.js";
import { inParsers, outputOf } from "../support/rendered/parsers.js";
import { mutations } from "../support/rendered/push-mutations.js";
import { good } from "../support/rendered/push-payloads.js";
import {
  bitbucketCloud,
  githubPush,
  gitlabPush,
  side,
  zeros,
  type Message,
} from "../support/rendered/push-servers.js";
import {
  hmac,
  json,
  signed,
  startWebhook,
  type RunningWebhook,
} from "../support/rendered/webhook.js";
import { ask, askAll, askTimed, type Sent } from "../support/rendered/webhook-requests.js";

const user = "nobody";
let webhook: RunningWebhook;
let deploy: StandInDeploy;
beforeAll(async () => {
  webhook = await startWebhook(9030, { command: commandIn, user });
  deploy = new StandInDeploy(webhook.folder, user);
  await deploy.start([
    ...[...new Set(good.map(({ repository }) => repository))].map((repository) => ({
      repository,
      prefix: "",
    })),
    { repository: "srv/git/teams/control", prefix: "team_" },
    { repository: "other/teams/control", prefix: "other_" },
  ]);
});
afterAll(async () => {
  await deploy.stop();
  await webhook.stop();
});

const success = "success: it in 0.3 s\nmain  deployed  0.1 s\n";
const push = (ref: string, full_name: string, changes: object = {}): Message => {
  const { header, body } = githubPush(ref, changes);
  return {
    ...(header === undefined ? {} : { header }),
    event: "push",
    body: { ...(body as object), repository: { full_name } },
  };
};
/** What an environment is called. */
const named = (branch: string) => branch.replace(/\W/g, "_");

describe("a push, as its Git server sends it", () => {
  it.each(good)("$what is deployed", async (message) => {
    await deploy.wishes();
    expect(await ask(webhook.overTls, requestOf(message))).toEqual({ status: 200, body: success });
    const environments = message.branches.filter((name) => !name.startsWith("-")).map(named);
    const removed = message.branches
      .filter((name) => name.startsWith("-"))
      .map((name) => named(name.slice(1)));
    expect(await deploy.wishes()).toEqual([
      {
        ...(environments.length > 0 ? { environments } : {}),
        ...(removed.length > 0 ? { removed } : {}),
      },
    ]);
  });

  it.each<[string, Message, object]>([
    [
      "a repository that two sources end with",
      push("refs/heads/a/b", "teams/control"),
      { environments: ["team_a_b", "other_a_b"] },
    ],
    [
      "a deleted branch whose environment another branch has",
      {
        ...bitbucketCloud(
          { old: side("a/b"), new: null },
          { old: null, new: side("a_b") },
          { old: side("c"), new: null },
        ),
      },
      { environments: ["a_b"], removed: ["c"] },
    ],
    [
      "a branch that is not in ASCII",
      push("refs/heads/ümlaut", "octo-org/control"),
      { environments: ["__mlaut"] },
    ],
    [
      "a module",
      push("refs/heads/fix(net)", "Org/puppet-ntp"),
      { modules: [{ repository: "org/puppet-ntp", branch: "fix(net)" }] },
    ],
    [
      "another project of a group's hook",
      {
        ...{ header: "GITLAB_EVENT", event: "Push Hook" },
        body: {
          ...(gitlabPush().body as object),
          project: { path_with_namespace: "group/other" },
        },
      },
      { modules: [{ repository: "group/other", branch: "master" }] },
    ],
    [
      "more branches than a request may have",
      bitbucketCloud(
        ...Array.from({ length: 400 }, (_, index) => ({
          old: null,
          new: side(`${"x".repeat(200)}${String(index)}`),
        })),
      ),
      { all: true },
    ],
  ])("asks for the right thing: %s", async (_, message, wish) => {
    await deploy.wishes();
    expect(await ask(webhook.overTls, requestOf(message))).toEqual({ status: 200, body: success });
    expect(await deploy.wishes()).toEqual([wish]);
  });
});

describe("the answer to what deploys nothing", () => {
  const asks = async (sent: Sent) => {
    await deploy.wishes();
    const answer = await ask(webhook.overTls, sent);
    expect(await deploy.wishes()).toEqual([]);
    return answer;
  };

  it.each(idle)("is a sentence and no error: $what", async (message) => {
    const { sentence } = message;
    expect(await asks(requestOf(message))).toEqual({ status: 200, body: `${sentence}\n` });
  });

  it.each<[string, Message, string]>([
    [
      "a deleted branch of a module",
      push("refs/heads/old", "org/puppet-ntp", { deleted: true, after: zeros }),
      'Nothing to deploy: "org/puppet-ntp" is not a source, and its branch is gone.\n',
    ],
    [
      "a name that is too long for an environment",
      push(`refs/heads/${"b".repeat(251)}`, "octo-org/control"),
      "Nothing to deploy: an environment's name has at most 250 characters.\n",
    ],
  ])("is a sentence and no error: %s", async (_, message, body) => {
    expect(await asks(requestOf(message))).toEqual({ status: 200, body });
  });

  /** Some of a list: all of them are read in push.test.ts. */
  const few = <T>(list: readonly T[]) => list.filter((_, index) => index % 8 === 0);

  it.each(few(strange))("is a sentence and no error: %s", async (_, message, sentence) => {
    expect(await asks(rawRequestOf(message))).toEqual({ status: 200, body: `${sentence}\n` });
  });

  it.each(few(unreadable))("is an error: %s", async (_, message, sentence) => {
    expect(await asks(rawRequestOf(message))).toEqual({ status: 400, body: `${sentence}\n` });
  });

  it.each([
    ["another encoding", "application/json", '{"ref":"refs/heads/gr\\u00f6\\ud800"}', "in UTF-8"],
    ["a list", "application/json", "[1]", "a JSON object"],
    ["a content type that is no JSON", "text/plain", "{}", "a JSON object"],
    ["nothing", "application/json", "", "a JSON object"],
  ])("is an error: %s", async (_, type, text, what) => {
    const headers = { ...signed(text), "Content-Type": type, "X-GitHub-Event": "push" };
    const { status, body } = await asks({ body: text, headers });
    expect(status).toBe(400);
    expect(body).toMatch(new RegExp(`is not ${what}\\.\n$`));
  });

  it("is an error, and no server's, for a form whose parts do not end", async () => {
    const type = { "Content-Type": "multipart/form-data; boundary=x" };
    const headers = { ...signed("--x"), ...type, "X-GitHub-Event": "push" };
    expect((await asks({ body: "--x", headers })).status).toBe(400);
  });

  it("is one or the other for a hundred valid messages with one fault each", async () => {
    const sent = mutations(100, 20261130).map(rawRequestOf);
    const statuses = (await askAll(webhook.overTls, sent)).map(({ status }) => status);
    expect([...new Set(statuses)].sort()).toEqual([200, 400]);
    await deploy.wishes();
  });

  it("is an error for whoever does not sign", async () => {
    const { body = "" } = requestOf(push("refs/heads/production", "octo-org/control"));
    const event = { ...json, "X-GitHub-Event": "push" };
    expect((await asks({ body, headers: event })).status).toBe(403);
    const other = { "X-Hub-Signature-256": `sha256=${hmac(body, "other")}` };
    expect((await asks({ body, headers: { ...event, ...other } })).status).toBe(403);
  });
});

describe("the answer to a push", () => {
  const message = push("refs/heads/production", "octo-org/control");

  it.each(["partial", "failure"] as const)(
    "has a %s in its text, and is no error",
    async (what) => {
      await deploy.will(what);
      try {
        const { status, body } = await ask(webhook.overTls, requestOf(message));
        expect(status).toBe(200);
        expect(body).toMatch(new RegExp(`^${what}: it in 0.3 s\nmain  `));
        expect(body).toContain(
          what === "partial" ? "compiler1  unreachable" : "Puppetfile: syntax",
        );
      } finally {
        await deploy.will("success");
      }
    },
  );

  it("comes within four seconds if the deploy does not end, and at once to those after it", async () => {
    await deploy.will("none");
    try {
      const first = await askTimed(webhook.overTls, requestOf(message));
      expect(first).toMatchObject({
        status: 200,
        body: expect.stringMatching(/^Requested; the result will be in /) as unknown,
      });
      expect(first.seconds).toBeGreaterThan(2.5);
      expect(first.seconds).toBeLessThan(4.5);
      const next = await askTimed(webhook.overTls, requestOf(message));
      expect(next.body).toMatch(/^Requested; it is deployed after the current deploy, /);
      expect(next.seconds).toBeLessThan(2.5);
      console.log(`answers: ${first.seconds.toFixed(2)} s, then ${next.seconds.toFixed(2)} s`);
    } finally {
      await outputOf(`rm -f ${webhook.folder}/new/*`);
      await deploy.will("success");
    }
  });

  it("names what is wrong with the server, and is no error", async () => {
    await outputOf(`mv ${webhook.folder}/new ${webhook.folder}/away`);
    try {
      const { status, body } = await ask(webhook.overTls, requestOf(message));
      expect(status).toBe(200);
      expect(body).toMatch(/^failure: No such file or directory .*\n$/);
    } finally {
      await outputOf(`mv ${webhook.folder}/away ${webhook.folder}/new`);
    }
  });

  it("is one line in the journal, in any case", async () => {
    const mark = String(Date.now());
    const lines = async () => {
      const { stdout } = await inParsers([
        "journalctl",
        "-q",
        "-o",
        "cat",
        "-t",
        "puppet-code-request",
      ]);
      return stdout.split("\n").filter((line) => line.includes(mark));
    };
    await ask(webhook.overTls, requestOf(push(`refs/heads/a/${mark}`, "octo-org/control")));
    await ask(webhook.overTls, requestOf(push(`refs/heads/${mark}`, "org/module")));
    await ask(webhook.overTls, requestOf(push(`refs/heads/.${mark}`, "org/module")));
    await ask(
      webhook.overTls,
      requestOf(push(`refs/heads/${mark}`, "octo-org/control", { deleted: true })),
    );
    expect(await lines()).toEqual([
      `asked for a_${mark}`,
      `asked for ${mark} of org/module`,
      `Nothing to deploy: "refs/heads/.${mark}" is not a branch.`,
      `asked for the removal of ${mark}`,
    ]);
  });
});
