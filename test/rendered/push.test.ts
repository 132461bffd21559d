import { beforeAll, describe, expect, it } from "vitest";
import { renderMainLibrary } from "../../templates/code-deployment/code-deployment.js";
import { raw, strange, unreadable, type Raw } from "../support/rendered/bad-pushes.js";
import { idle } from "../support/rendered/idle-pushes.js";
import { inParsers } from "../support/rendered/parsers.js";
import { good } from "../support/rendered/push-payloads.js";
import { mutations } from "../support/rendered/push-mutations.js";
import { bitbucketCloud, side } from "../support/rendered/push-servers.js";

const folder = "/tmp/push-test";
const push = renderMainLibrary()["push.rb"] ?? "";

/** The command's result for a message: what to deploy, or an exception. */
type Outcome =
  { kind: "result"; repository: string; branches: string[] } | { kind: string; sentence: string };

/** Reads all messages of a list, and reports every exception. */
const driver = `
require ARGV.fetch(0)
text = ->(base64) { base64&.unpack1("m")&.force_encoding(ARGV.fetch(1)) }
outcomes = JSON.parse($stdin.read).map do |message|
  repository, changes = Push.read(message["events"].transform_values(&text), text.(message["payload"]))
  branches = changes.map { |change| (change.deleted ? "-" : "") + change.ref }
  { kind: "result", repository: repository, branches: branches }
rescue Exception => e
  { kind: e.class.name, sentence: e.message.scrub }
end
puts JSON.generate(outcomes)
`;

/** In one process: 500 would take minutes otherwise. */
async function outcomesOf(
  messages: readonly Raw[],
  { encoding = "UTF-8", file = "push", gems = ["--disable-gems"] } = {},
): Promise<Outcome[]> {
  const base64 = (text: string | Buffer | null) =>
    text === null ? null : Buffer.from(text as string).toString("base64");
  const input = messages.map(({ events, payload }) => ({
    events: Object.fromEntries(Object.entries(events).map(([name, text]) => [name, base64(text)])),
    payload: base64(payload),
  }));
  const ruby = [
    "env",
    "LANG=C.UTF-8",
    "ruby",
    ...gems,
    "-e",
    driver,
    `${folder}/${file}.rb`,
    encoding,
  ];
  const { code, stdout, stderr } = await inParsers(ruby, JSON.stringify(input));
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Outcome[];
}

const install = (name: string, content: string) =>
  inParsers(["install", "-D", "-m", "0644", "/dev/stdin", `${folder}/${name}.rb`], content);

beforeAll(async () => {
  await install("push", push);
});

describe("pushes, as Git servers document them", () => {
  let outcomes: readonly Outcome[];
  const messages = [...good, ...idle];
  beforeAll(async () => {
    outcomes = await outcomesOf(messages.map(raw));
  });
  const outcomeOf = (what: string) => outcomes[messages.findIndex((one) => one.what === what)];

  it.each(good)("$what is deployed", ({ what, repository, branches }) => {
    expect(outcomeOf(what)).toEqual({ kind: "result", repository, branches });
  });

  it.each(idle)("$what is nothing to deploy", ({ what, sentence }) => {
    expect(outcomeOf(what)).toEqual({ kind: "Push::Nothing", sentence });
  });

  it.each(["US-ASCII", "ASCII-8BIT"])("are the same in a locale with %s", async (encoding) => {
    // Of two versions of Ruby's parser, the newer one asks for a text's encoding.
    for (const gems of [[], ["--disable-gems"]]) {
      expect(await outcomesOf(messages.map(raw), { encoding, gems })).toEqual(outcomes);
    }
  });

  it("are recognized by Gitea's header even with GitHub's, because Gitea sends both", async () => {
    const events = { GITEA_EVENT: "ping", GITHUB_EVENT: "issues", GITLAB_EVENT: "" };
    expect(await outcomesOf([{ events, payload: '{"a":1}' }])).toEqual([
      { kind: "Push::Nothing", sentence: "Nothing to deploy: the webhook works." },
    ]);
  });
});

describe("what is not a push", () => {
  let outcomes: ReadonlyMap<Raw, Outcome | undefined>;
  beforeAll(async () => {
    const messages = [...unreadable, ...strange].map(([, message]) => message);
    const all = await outcomesOf(messages);
    outcomes = new Map(messages.map((message, index) => [message, all[index]]));
  });

  it.each(unreadable)("%s is an error of the sender", (_, message, sentence) => {
    expect(outcomes.get(message)).toEqual({ kind: "Push::Unreadable", sentence });
  });

  it.each(strange)("%s is nothing to deploy", (_, message, sentence) => {
    expect(outcomes.get(message)).toEqual({ kind: "Push::Nothing", sentence });
  });

  it("keeps no other branch of the same push from being deployed", async () => {
    const changes = ["a", "-x", "b"].map((name) => ({ old: null, new: side(name) }));
    expect(await outcomesOf([raw(bitbucketCloud(...changes))])).toEqual([
      { kind: "result", repository: "team/control", branches: ["a", "b"] },
    ]);
  });
});

describe("500 valid messages with one fault each", () => {
  const messages = mutations(500, 20260726);
  const countOf = (outcomes: readonly Outcome[]) => {
    const counts: Record<string, number> = {};
    for (const { kind } of outcomes) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  };

  it("are each a push, rejected, or nothing to deploy, and never anything else", async () => {
    const outcomes = await outcomesOf(messages);
    for (const [index, outcome] of outcomes.entries()) {
      const what = String(messages[index]?.payload);
      if ("sentence" in outcome) {
        expect(["Push::Unreadable", "Push::Nothing"], `${what}: ${outcome.sentence}`).toContain(
          outcome.kind,
        );
        expect(outcome.sentence, what).toMatch(/^["A-Z][^\n]{10,300}\.$/);
      } else {
        expect(outcome.repository, what).toBe(outcome.repository.toLowerCase());
        for (const branch of outcome.branches) {
          expect(branch, what).toMatch(/^-?[^-./\s][^\s~^:?*[\\]*$/);
          expect(branch, what).not.toMatch(/\.\.|@\{|\/\/|\.lock(\/|$)/);
        }
      }
    }
    const counts = countOf(outcomes);
    expect(Object.keys(counts).sort()).toEqual(["Push::Nothing", "Push::Unreadable", "result"]);
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(30);
  });

  it.each([
    ["a field of another type", /rescue TypeError, NoMethodError$/gm, "NoMethodError"],
    ["bytes that are no text", /rescue ArgumentError, EncodingError$/gm, "ArgumentError"],
    ["JSON that does not end", /rescue JSON::ParserError$/gm, "JSON::ParserError"],
  ])("would show it if %s were not expected", async (_, rescue, kind) => {
    const careless = push.replace(rescue, "rescue KeyError");
    expect(careless).not.toBe(push);
    await install("careless", careless);
    const counts = countOf(await outcomesOf(messages, { file: "careless" }));
    expect(Object.keys(counts)).toContain(kind);
  });
});
