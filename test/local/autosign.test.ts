import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { distributions } from "../../distributions/index.js";
import { readerSuffix } from "../../templates/puppetdb/puppetdb.js";
import { renderAutosignPolicy } from "../../templates/autosign/autosign.js";
import { exec } from "../support/environment.js";

/** The host that runs the CA, and so the autosign policy. */
const ca = "main";
const { paths, users } = distributions.debian;
const directory = `${paths.confdir}/autosign`;
const policy = `${directory}/policy`;

/** One request and its result, as csr-attacks.rb reports it. */
interface Outcome {
  case: string;
  exit: number;
  signed: boolean;
  reason: string;
}

/** Runs a command that must succeed, and returns its output. */
async function output(command: string[], options?: { stdin?: string; user?: string }) {
  const { code, stdout, stderr } = await exec(ca, command, options);
  if (code !== 0) throw new Error(`${command.join(" ")}: exit ${code}: ${stderr}`);
  return stdout;
}

/** The policy's journal lines after the cursor. */
async function journalSince(cursor: string): Promise<string[]> {
  await output(["journalctl", "--sync"]);
  const lines = ["journalctl", "--quiet", "--identifier=puppet-autosign", "--output=cat"];
  return (await output([...lines, `--after-cursor=${cursor}`])).split("\n").filter(Boolean);
}

async function journalCursor(): Promise<string> {
  const last = await output(["journalctl", "--lines=1", "--output=json"]);
  return (JSON.parse(last) as { __CURSOR: string }).__CURSOR;
}

describe("autosign policy against hostile requests", () => {
  const mutations = 200;
  // Any seed works; a fixed one makes failures reproducible.
  const seed = 20_240_229;
  let outcomes: Outcome[];
  let journal: string[];

  const named = (kind: string) => outcomes.filter((outcome) => outcome.case.startsWith(kind));
  const casesOf = (some: Outcome[]) => some.map((outcome) => outcome.case);

  beforeAll(async () => {
    const tool = "/run/csr-attacks.rb";
    const source = readFileSync(
      new URL("../support/local/csr-attacks.rb", import.meta.url),
      "utf8",
    );
    await output(["sh", "-c", `umask 022; cat > ${tool}`], { stdin: source });
    const cursor = await journalCursor();
    const stdout = await output(
      [paths.ruby, tool, policy, directory, String(seed), String(mutations)],
      { user: users.puppet },
    );
    outcomes = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Outcome);
    journal = await journalSince(cursor);
    await output(["rm", tool]);
  }, 180_000);

  it("signs every valid request", () => {
    const controls = named("control: ");
    expect(controls.length).toBeGreaterThanOrEqual(7);
    expect(casesOf(controls.filter((control) => !control.signed))).toEqual([]);
  });

  it("signs no attack", () => {
    const attacks = named("attack: ");
    expect(attacks.length).toBeGreaterThanOrEqual(100);
    expect(casesOf(attacks.filter((attack) => attack.signed))).toEqual([]);
  });

  it("signs no mutation of a good request", () => {
    expect(named("mutation ")).toHaveLength(mutations);
    expect(casesOf(named("mutation ").filter((mutation) => mutation.signed))).toEqual([]);
  });

  it("rejects by its own decision, with a reason, and never by a crash", () => {
    const refused = outcomes.filter((outcome) => !outcome.signed);
    const unclear = refused.filter(
      ({ exit, reason }) => exit !== 1 || !/^refused .*: ./.test(reason),
    );
    expect(unclear).toEqual([]);
  });

  it("writes each decision to the journal once, in the same words", () => {
    const told = outcomes.map((outcome) => outcome.reason);
    // Agents of other tests may have been signed in the meantime.
    expect(journal.filter((line) => told.includes(line))).toEqual(told);
  });

  it("writes no key to the journal", async () => {
    for (const file of ["agent.key", "infrastructure.key"]) {
      const key = (await output(["cat", `${directory}/${file}`])).trim();
      expect(key).not.toBe("");
      // Compared as a Boolean, so that a failure does not print the key.
      expect(journal.some((line) => line.includes(key))).toBe(false);
    }
  });
});

describe("autosign policy with an invalid setup", () => {
  // A copy, so that the active setup is never broken. The setup is checked before the request is
  // read, so an empty request shows whether the check passed.
  const copy = `${directory}-copy`;
  const passed = "not exactly one PEM block";

  async function reasonAfter(change: string): Promise<string> {
    const prepare = `rm -rf ${copy}; cp -a ${directory} ${copy}; cat > ${copy}/policy; cd ${copy}; ${change}`;
    const text = renderAutosignPolicy({
      ruby: paths.ruby,
      directory: copy,
      signedByHand: readerSuffix,
    });
    await output(["sh", "-c", prepare], { stdin: text });
    const { code, stderr } = await exec(ca, [`${copy}/policy`, "web1.attack.test"], {
      stdin: "",
      user: users.puppet,
    });
    await output(["rm", "-rf", copy]);
    expect(code).toBe(1);
    return stderr.trim().replace("refused web1.attack.test: ", "");
  }

  it.each([
    ["nothing changed", "true", passed],
    ["no agent key", "rm agent.key", "agent.key cannot be read: Errno::ENOENT"],
    [
      "no infrastructure key",
      "rm infrastructure.key",
      "infrastructure.key cannot be read: Errno::ENOENT",
    ],
    ["an unreadable key", "chmod 600 agent.key", "agent.key cannot be read: Errno::EACCES"],
    [
      "a key open to others",
      "chmod 644 infrastructure.key",
      "infrastructure.key is open to others",
    ],
    ["an empty key", ": > agent.key", "agent.key is not one line of 16 or more characters"],
    [
      "equal keys",
      "cat agent.key > infrastructure.key",
      "agent.key and infrastructure.key are equal",
    ],
    ["no rules", "rm rules.json", "rules.json cannot be read: Errno::ENOENT"],
    ["rules that are not JSON", "echo { > rules.json", "rules.json is not as expected"],
    [
      "rules without service names",
      `echo '{"hosts":["a"]}' > rules.json`,
      "rules.json is not as expected",
    ],
    [
      "rules without hosts",
      `echo '{"hosts":[],"serviceNames":["a"]}' > rules.json`,
      "rules.json has an empty list",
    ],
    ["rules that others can write", "chmod 666 rules.json", "rules.json is open to others"],
  ])("%s", async (_, change, reason) => {
    expect(await reasonAfter(change)).toBe(reason);
  });
});
