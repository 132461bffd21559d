import { beforeAll, describe, expect, it } from "vitest";
import { renderMainLibrary } from "../../templates/code-deployment/code-deployment.js";
import { bad, raw, type Raw } from "../support/rendered/bad-pushes.js";
import { inParsers } from "../support/rendered/parsers.js";
import { good, idle } from "../support/rendered/push-payloads.js";

const folder = "/tmp/push-test";

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
  await install("push", renderMainLibrary()["push.rb"] ?? "");
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
    const all = await outcomesOf(bad.map(([, message]) => message));
    outcomes = new Map(bad.map(([, message], index) => [message, all[index]]));
  });

  it.each(bad)("%s is refused", (_, message, sentence) => {
    expect(outcomes.get(message)).toEqual({ kind: "Push::Refused", sentence });
  });
});

/** Numbers from 0 to below 1 that are the same at every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Where something is in a body. */
type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

/** A body with something different, or nothing, at a path. */
function replaced(body: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const copy = (Array.isArray(body) ? [...(body as unknown[])] : { ...(body as object) }) as Record<
    string | number,
    unknown
  >;
  copy[key] = replaced(copy[key], rest, value);
  return copy;
}

const strangers: readonly unknown[] = [
  ...[undefined, null, true, false, 0, -1, 1.5, 1e300, "", "x", "refs/heads/", "\u0000", "\ud800"],
  ...["../../etc", "-x", "refs/tags/x", "refs/heads/ü", "branch", "0000", "new", [], [null], [[]]],
  ...[{}, { new: "x" }, { id: [] }, [{ ref: null }], { full_name: {} }, "y".repeat(5000)],
];

/** Valid messages, each with one fault. */
function mutations(count: number, seed: number): Raw[] {
  const random = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const servers = [...good, ...idle];
  return Array.from({ length: count }, () => {
    const { header, event, body } = pick(servers);
    let changed = body;
    for (let change = 0; change <= random() * 2; change++) {
      changed = replaced(changed, pick(pathsOf(changed)), pick(strangers));
    }
    const named = random() < 0.8 ? event : pick(servers).event;
    const message = raw({ header, event: named, body: changed ?? null });
    const bytes = Buffer.from(message.payload as string);
    if (random() < 0.2) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    return { ...message, payload: bytes };
  });
}

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
        expect(["Push::Refused", "Push::Nothing"], `${what}: ${outcome.sentence}`).toContain(
          outcome.kind,
        );
        expect(outcome.sentence, what).toMatch(/^["A-Z][^\n]{10,300}\.$/);
      } else {
        expect(outcome.repository, what).toBe(outcome.repository.toLowerCase());
        for (const branch of outcome.branches) {
          expect(branch, what).toMatch(/^-?[A-Za-z0-9][A-Za-z0-9._/#+-]{0,199}$/);
          expect(branch, what).not.toContain("..");
        }
      }
    }
    const counts = countOf(outcomes);
    expect(Object.keys(counts).sort()).toEqual(["Push::Nothing", "Push::Refused", "result"]);
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(30);
  });

  it.each([
    ["a field of another type", /rescue TypeError, NoMethodError$/gm, "NoMethodError"],
    ["bytes that are no text", /rescue ArgumentError, EncodingError$/gm, "ArgumentError"],
    ["JSON that does not end", /rescue JSON::ParserError$/gm, "JSON::ParserError"],
  ])("would show it if %s were not expected", async (_, rescue, kind) => {
    const careless = renderMainLibrary()["push.rb"] ?? "".replace(rescue, "rescue KeyError");
    expect(careless).not.toBe(renderMainLibrary()["push.rb"] ?? "");
    await install("careless", careless);
    const counts = countOf(await outcomesOf(messages, { file: "careless" }));
    expect(Object.keys(counts)).toContain(kind);
  });
});
