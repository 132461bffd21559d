import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderPostReceive } from "../../templates/control-repository/control-repository.js";
import { inParsers } from "../support/rendered/parsers.js";
import { secret, startWebhook, type RunningWebhook } from "../support/rendered/webhook.js";
import { install } from "../support/rendered/webhook-requests.js";

let webhook: RunningWebhook;
beforeAll(async () => {
  webhook = await startWebhook(9020);
});
afterAll(async () => {
  await webhook.stop();
});

describe("the hook of the control repository", () => {
  const line = (ref: string, after = "5".repeat(40)) => `${"0".repeat(40)} ${after} ${ref}\n`;
  /** What a user who pushes sees. */
  const push = async (lines: string, url = `${webhook.plain}/hooks/control`) => {
    const settings = `${webhook.folder}/webhook.json`;
    await install(settings, JSON.stringify({ url, secret }));
    const repository = "var/lib/puppet-control/control";
    const values = { ruby: "/usr/bin/ruby", settings, repository };
    await install(`${webhook.folder}/post-receive`, renderPostReceive(values));
    return inParsers([`${webhook.folder}/post-receive`], lines);
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
      {
        // Whoever pushes waits for the result; a Git server does not.
        arguments: ["--push", "--wait", "50"],
        events: { GITHUB_EVENT: "push" },
        payload: { ...payload, deleted: false },
      },
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
