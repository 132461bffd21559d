import { readFileSync } from "node:fs";
import fc from "fast-check";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { parseSettings } from "../../../platforms/platforms.js";
import { SettingsError } from "../../../settings/settings.js";
import { goodAws, goodExisting } from "../../support/unit/platform-settings.js";

type Path = readonly string[];

const digest = `sha256:${"a".repeat(64)}`;
const domain = "example.test";

/** Everything that the roles have, with values of its own. */
const everything = {
  ...{ domain, compilers: 2, distribution: "debian", caName: "Puppet CA" },
  ...{ puppetServer: "puppet", caServer: "puppetca", fileServer: "puppetfiles" },
  mainServer: { jrubies: 1 },
  compiler: { jrubies: 1, heap: 1024, codeCache: 512 },
  loadBalancer: { statsPort: 8404, compileTimeout: 900 },
  puppetdb: { host: "own", serverUrls: ["https://db2.example.org:8081"] },
  postgresql: {
    server: "db.example.org",
    password: "the-owners-password",
    readPassword: "the-readers-password",
  },
  codeDeployment: {
    sources: { control: { remote: "https://git.example.org/control.git", prefix: "x" } },
    knownHosts: "git.example.org ssh-ed25519 AAAA",
    token: "a-good-token",
    credentials: {
      team: { url: "https://git.example.org/team", token: "a-good-token", tokenUser: "bot" },
      module: { url: "git@git.example.org:org/module.git", keyType: "rsa" },
    },
    proxy: "http://proxy.example.org:3128",
    noProxy: ["git.example.org", ".example.com"],
    forge: "https://forge.example.org",
    postRun: [["/usr/local/bin/after", "all"]],
  },
  foreman: { host: "existing", url: "https://foreman.example.org", password: "a-password" },
  webhook: { port: 9000 },
  hdm: {
    host: "own",
    image: `registry.example.org/hdm@${digest}`,
    ldap: {
      host: "ldap.example.org",
      baseDn: "dc=example,dc=org",
      bindDn: "cn=hdm,dc=example,dc=org",
      bindPassword: "a-password",
      filter: "(objectClass=person)",
    },
  },
};

/** Pulumi.dev.yaml, without the prefix of its settings. */
const development = Object.fromEntries(
  Object.entries(
    (load(readFileSync("Pulumi.dev.yaml", "utf8")) as { config: Record<string, unknown> }).config,
  )
    .filter(([key]) => key.startsWith("puppet:"))
    .map(([key, value]) => [key.slice("puppet:".length), value]),
);

const valid: readonly Readonly<Record<string, unknown>>[] = [
  everything,
  { domain, platform: "existing", existing: goodExisting },
  { domain, platform: "aws", aws: goodAws },
  development,
];

/** Texts that a shell, an INI file, a URL, Puppet, Eta or SSH reads as more than a text. */
const attacks = [
  ...["$(touch /canary)", "`canary`", "'; canary; '", '"canary', "${canary}", "%{canary}"],
  ...["x\ncanary = 1", "canary\r\n", "\u0000canary", "\u202ecanary", "<%= canary %>"],
  ...["../../canary", "-oProxyCommand=canary", "x,canary", "x#canary", "x ; canary", "*", "", " "],
  "x".repeat(10_000),
];
const others = [null, true, -1, 1.5, 1e300, [], {}, [[]], ["x\ncanary"], { canary: "x" }];

/** Settings that may hold any of these: passwords, patterns of LDAP, and a site's own commands. */
const free =
  /^(.*([pP]assword|token)|hdm\.ldap\.(bindDn|baseDn|filter)|codeDeployment\.postRun.*|aws\.tags.*)$/;

const pathsOf = (value: unknown, path: Path = []): Path[] =>
  typeof value !== "object" || value === null
    ? [path]
    : [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];

/** The settings with a different value at a path. */
function replaced(settings: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const copy: Record<string, unknown> = Array.isArray(settings)
    ? ([...(settings as unknown[])] as unknown as Record<string, unknown>)
    : { ...(settings as object) };
  copy[key] = replaced(copy[key], rest, value);
  return copy;
}

const mutation = fc.constantFrom(...valid).chain((settings) =>
  fc.record({
    settings: fc.constant(settings),
    path: fc.constantFrom(...pathsOf(settings).filter((path) => path.length > 0)),
    value: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom<unknown>(...attacks) },
      { weight: 2, arbitrary: fc.constantFrom<unknown>(...others) },
      { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 80 }) },
    ),
  }),
);

/** The checked settings, or the sentences that refuse them. */
function checked(settings: unknown): { accepted: unknown } | { sentences: readonly string[] } {
  try {
    return { accepted: parseSettings(settings as Readonly<Record<string, unknown>>) };
  } catch (error) {
    if (error instanceof SettingsError) return { sentences: error.sentences };
    throw error;
  }
}

/** All texts in a value. */
const textsIn = (value: unknown): string[] =>
  typeof value === "string"
    ? [value]
    : typeof value === "object" && value !== null
      ? Object.values(value).flatMap(textsIn)
      : [];

describe("1,000 valid settings with one mutated value each", () => {
  it("begin with valid settings", () => {
    for (const settings of valid) expect(checked(settings)).toHaveProperty("accepted");
  });

  it("are refused in sentences, or have nothing that another program reads as more than a text", () => {
    fc.assert(
      fc.property(mutation, ({ settings, path, value }) => {
        const result = checked(replaced(settings, path, value));
        if ("sentences" in result) {
          expect(result.sentences.length).toBeGreaterThan(0);
          for (const sentence of result.sentences) {
            expect(sentence).toMatch(/^puppet:[^\n]+; (write|set|remove) [^\n]+\.$/);
            expect(sentence.length).toBeLessThan(1500);
          }
          return;
        }
        if (free.test(path.join("."))) return;
        for (const text of textsIn(value).filter((text) => /[^\w.:/@-]/.test(text))) {
          expect(textsIn(result.accepted)).not.toContain(text);
        }
      }),
      // A failure prints the seed and the smallest settings that fail.
      { numRuns: 1000 },
    );
  });
});
