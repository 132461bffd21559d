import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { distributions } from "../../distributions/index.js";
import {
  hostKey,
  renderAutosignPolicy,
  renderAutosignRules,
} from "../../templates/autosign/autosign.js";
import { readerSuffix } from "../../templates/puppetdb/puppetdb.js";
import { execIn } from "../support/container-exec.js";
import { parsersName } from "../support/rendered/parsers.js";

const container = `pulumi-puppet-test-${parsersName}`;
const { paths, users } = distributions.debian;

/** A setup of the policy for these tests. */
const setup = "/etc/autosign-test";
const [directory, cadir, rundir] = [`${setup}/autosign`, `${setup}/ca`, `${setup}/run`];
const policyOf = (directory: string) =>
  renderAutosignPolicy({ ruby: paths.ruby, directory, cadir, rundir, signedByHand: readerSuffix });
const keys = { agent: "agent-key-of-the-tests", hosts: "key-of-the-hosts-of-the-tests" };

/** One request and its result, as csr-attacks.rb reports it. */
interface Outcome {
  case: string;
  exit: number;
  signed: boolean;
  reason: string;
}

/** Runs a command that must succeed, and returns its output. */
async function output(command: string[], options?: { stdin?: string; user?: string }) {
  const { code, stdout, stderr } = await execIn(container, command, options);
  if (code !== 0) throw new Error(`${command.join(" ")}: exit ${String(code)}: ${stderr}`);
  return stdout;
}

const write = (path: string, content: string, mode: string) =>
  output(["sh", "-c", `cat >${path}; chmod ${mode} ${path}; chgrp ${users.puppet} ${path}`], {
    stdin: content,
  });

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

beforeAll(async () => {
  const folders = `rm -rf ${setup}; mkdir -p ${directory} ${cadir}/{hosts.d,agents.d,signed} ${rundir}; chown ${users.puppet} ${rundir} ${cadir}/agents.d`;
  await output(["bash", "-c", folders]);
  const named = ["main", "compiler1", "compiler50", "puppetdb"];
  const rules = [
    ...named.flatMap((name) => [name, `${name}.example.test`]),
    ...["puppet", "puppet.example.test", "puppetca", "puppetca.example.test"],
    "foreman.example.org",
  ];
  await write(`${directory}/policy`, policyOf(directory), "0755");
  await write(`${directory}/rules.json`, renderAutosignRules(rules), "0640");
  await write(`${directory}/agent.key`, `${keys.agent}\n`, "0640");
  await write(`${directory}/hosts.key`, `${keys.hosts}\n`, "0640");
  const names = "puppet\npuppet.example.test\npuppetfiles\npuppetfiles.example.test\n";
  await write(`${cadir}/hosts.d/compiler1.example.test`, names, "0644");
  await write(`${cadir}/hosts.d/puppetdb.example.test`, "", "0644");
  await write(`${cadir}/signed/web0.attack.test.pem`, "a certificate\n", "0644");
  const allowed = (agent: string, names: string, mode = "0644") =>
    write(`${cadir}/agents.d/${agent}.attack.test`, names, mode);
  const two = "www.attack.test\nshop.attack.test\n";
  await allowed("web3", two);
  await allowed("web4", two);
  await output(["touch", "--date=1 hour ago", `${cadir}/agents.d/web4.attack.test`]);
  await allowed("web5", "foreman.example.org\n");
  await allowed("web6", two, "0666");
});

describe("autosign policy against hostile requests", () => {
  const mutations = 500;
  // Any seed works; a fixed one makes failures reproducible.
  const seed = 20_240_229;
  let outcomes: Outcome[];
  let journal: string[];

  const named = (kind: string) => outcomes.filter((outcome) => outcome.case.startsWith(kind));
  const casesOf = (some: Outcome[]) => some.map((outcome) => outcome.case);

  beforeAll(async () => {
    console.log(`mutations of requests with the seed ${String(seed)}`);
    const tool = `${setup}/csr-attacks.rb`;
    const source = new URL("../support/rendered/csr-attacks.rb", import.meta.url);
    await write(tool, readFileSync(source, "utf8"), "0644");
    const cursor = await journalCursor();
    const place = [`${directory}/policy`, directory, cadir, rundir];
    const stdout = await output([paths.ruby, tool, ...place, String(seed), String(mutations)], {
      user: users.puppet,
    });
    outcomes = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Outcome);
    journal = await journalSince(cursor);
  }, 180_000);

  it("signs every valid request", () => {
    const controls = named("control: ");
    expect(controls.length).toBeGreaterThanOrEqual(8);
    expect(casesOf(controls)).toContain("control: agent key, the allowed names");
    expect(controls.filter((control) => !control.signed)).toEqual([]);
  });

  it("signs no attack", () => {
    const attacks = named("attack: ");
    expect(attacks.length).toBeGreaterThanOrEqual(145);
    expect(casesOf(attacks.filter((attack) => attack.signed))).toEqual([]);
  });

  it("signs no mutation of a good request", () => {
    expect(named("mutation ")).toHaveLength(mutations);
    expect(casesOf(named("mutation ").filter((mutation) => mutation.signed))).toEqual([]);
  });

  it("rejects by its own decision, with a reason, and never by a crash", () => {
    const refused = outcomes.filter((outcome) => !outcome.signed);
    const unclear = refused.filter(
      ({ exit, reason }) =>
        exit !== 1 || !/^refused .*: ./.test(reason) || reason.includes(" at line "),
    );
    expect(unclear).toEqual([]);
  });

  it.each([
    ["a host's key for a host that comes later", "wrong challengePassword"],
    ["the key of all hosts", "wrong challengePassword"],
    ["a later host's own key before it is enrolled", "this host is not enrolled"],
    ["trusted name as certname, agent key", "the agent key does not cover this name"],
    ["signed name as certname, agent key", "a certificate of this name exists"],
    ["the authority's alternative name, compiler's key", "alternative name 'puppetca' of type 2"],
    [
      "a service's alternative name, PuppetDB's key",
      "alternative name 'puppet.example.test' of type 2",
    ],
    [
      "one of two allowed names",
      "it lacks the alternative names shop.attack.test, which puppet-enrol has allowed",
    ],
    ["allowed names and service", "alternative name 'puppet.example.test' of type 2"],
    ["another agent's allowed names", "alternative name 'www.attack.test' of type 2"],
    ["names that were allowed long ago", "alternative name 'www.attack.test' of type 2"],
    [
      "an allowed name that is reserved since",
      "the alternative name 'foreman.example.org' is not for agents",
    ],
    ["names that anybody could allow", "agents.d/web6.attack.test is open to others"],
    ["allowed names a second time", "alternative name 'www.attack.test' of type 2"],
    ["another at the same time", "a request for this name is being signed"],
    ["bad base64", "not Base64"],
  ])("refuses %s for that reason", (label, reason) => {
    const tried = named(`attack: ${label}`);
    expect(tried).not.toEqual([]);
    for (const one of tried) expect(one.reason.replace(/^refused \S+: /, "")).toBe(reason);
  });

  it("writes each decision to the journal once, in the same words", () => {
    const told = outcomes.map((outcome) => outcome.reason);
    expect([...journal].sort()).toEqual(told.sort());
  });

  it("writes no key to the journal", () => {
    for (const key of [keys.agent, keys.hosts, hostKey(keys.hosts, "compiler1.example.test")]) {
      // Compared as a Boolean, so that a failure does not print the key.
      expect(journal.some((line) => line.includes(key))).toBe(false);
    }
  });
});

describe("autosign policy with an invalid setup", () => {
  // A copy, so that the other tests' is never broken. The setup is checked before the request is read, so an empty
  // request shows whether the check passed.
  const passed = "not exactly one PEM block";

  async function reasonAfter(change: string): Promise<string> {
    const copy = (await output(["mktemp", "-d", `${setup}/copy-XXXXXX`])).trim();
    const prepare = `chmod 0755 ${copy}; cp -a ${directory}/. ${copy}; cat >${copy}/policy; cd ${copy}; ${change}`;
    await output(["sh", "-c", prepare], { stdin: policyOf(copy) });
    const { code, stderr } = await execIn(container, [`${copy}/policy`, "web1.attack.test"], {
      stdin: "",
      user: users.puppet,
    });
    expect(code).toBe(1);
    return stderr.trim().replace("refused web1.attack.test: ", "");
  }

  it.each([
    ["nothing changed", "true", passed],
    ["no agent key", "rm agent.key", "agent.key cannot be read: Errno::ENOENT"],
    ["no key of the hosts", "rm hosts.key", "hosts.key cannot be read: Errno::ENOENT"],
    ["an unreadable key", "chmod 600 agent.key", "agent.key cannot be read: Errno::EACCES"],
    ["a key open to others", "chmod 644 hosts.key", "hosts.key is open to others"],
    ["an empty key", ": > agent.key", "agent.key is not one line of 16 or more characters"],
    ["equal keys", "cat agent.key > hosts.key", "agent.key and hosts.key are equal"],
    ["no rules", "rm rules.json", "rules.json cannot be read: Errno::ENOENT"],
    ["rules that are not JSON", "echo { > rules.json", "rules.json is not as expected"],
    [
      "rules of an earlier version",
      `echo '{"hosts":["a"],"serviceNames":["b"]}' > rules.json`,
      "rules.json is not as expected",
    ],
    ["rules without names", `echo '{"reserved":[]}' > rules.json`, "rules.json has an empty list"],
    ["rules that others can write", "chmod 666 rules.json", "rules.json is open to others"],
  ])("%s", async (_, change, reason) => {
    expect(await reasonAfter(change)).toBe(reason);
  });
});
