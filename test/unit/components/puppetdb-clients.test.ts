import { beforeAll, describe, expect, it } from "vitest";
import { distributions } from "../../../distributions/index.js";
import { linesOf } from "../../support/host-files/files.js";
import {
  compose,
  contentOf,
  resourceOf,
  stateOf,
  titlesOf,
  type Composed,
} from "../../support/infrastructure.js";

const { debian } = distributions;
const servers = ["main", "compiler1", "compiler2"];
const clientFiles = [
  "/etc/puppet/puppetdb.conf",
  "/etc/puppet/routes.yaml",
  "/etc/puppet/puppetserver/conf.d/http-client.conf",
];

const conf = ({ state }: Composed, host = "compiler1") =>
  linesOf(contentOf(state(host), "/etc/puppet/puppetdb.conf"));

/** State of code deployment on the main server. */
const codeState = async (changes: Parameters<typeof compose>[1]) => {
  const of = await compose(debian, { ...changes, codeDeployment: { tool: "r10k" } });
  return stateOf(String(of.find("main-code-run").inputs.stdin));
};

let composed: Composed;
beforeAll(async () => {
  composed = await compose(debian);
});

describe("Puppet servers with PuppetDB", () => {
  it.each(servers)("%s stores facts, catalogs and reports in it", (host) => {
    const state = composed.state(host);
    expect(conf(composed, host)).toEqual([
      "[main]",
      "server_urls = https://puppetdb.example.test:8081",
      "soft_write_failure = true",
    ]);
    expect(linesOf(contentOf(state, "/etc/puppet/puppet.conf")).slice(-3)).toEqual([
      "storeconfigs = true",
      "storeconfigs_backend = puppetdb",
      "reports = spooled",
    ]);
    expect(linesOf(contentOf(state, "/etc/puppet/routes.yaml"))).toEqual([
      "server:",
      "facts:",
      "terminus: spooled",
      "cache: json",
    ]);
  });

  it.each(servers)("%s has the package before the settings that need it, and restarts", (host) => {
    const titles = titlesOf(composed.state(host));
    for (const path of clientFiles) {
      expect(titles.indexOf("package puppet-terminus-puppetdb"), path).toBeGreaterThan(0);
      expect(titles.indexOf("package puppet-terminus-puppetdb"), path).toBeLessThan(
        titles.indexOf(`file ${path}`),
      );
      const { notify } = resourceOf(composed.state(host), path).parameters;
      expect(notify, path).toBe("Service[puppetserver]");
    }
  });

  it("use the main server's, where it exists", async () => {
    const beside = await compose(debian, { puppetdbHost: "main" });
    expect(conf(beside)).toContain("server_urls = https://main.example.test:8081");
  });

  it("use the environment's own first, then additional ones in their order", async () => {
    const serverUrls = ["https://zulu.example.test:8081", "https://alpha.example.test:443"];
    expect(conf(await compose(debian, { puppetdb: { serverUrls } }))).toContain(
      `server_urls = https://puppetdb.example.test:8081,${serverUrls.join(",")}`,
    );
  });

  it.each([
    [true, "# Agents run on when PuppetDB is away: their facts and reports wait"],
    [false, "# Agents fail when PuppetDB is away: no catalog without"],
  ])("say that softWriteFailure is %s, and what that means", async (softWriteFailure, reason) => {
    const other = await compose(debian, { puppetdb: { softWriteFailure } });
    expect(conf(other)).toContain(`soft_write_failure = ${String(softWriteFailure)}`);
    expect(contentOf(other.state("main"), "/etc/puppet/puppetdb.conf")).toContain(reason);
  });

  it("send facts during the run if it is to fail without PuppetDB, and keep only reports", async () => {
    const other = await compose(debian, { puppetdb: { softWriteFailure: false } });
    for (const host of servers) {
      const state = other.state(host);
      expect(contentOf(state, "/etc/puppet/routes.yaml")).toContain("terminus: puppetdb\n");
      expect(contentOf(state, "/etc/puppet/puppet.conf")).toContain("reports = spooled\n");
    }
  });

  it.each([
    [{ maxSize: 0.5 }, "reports.maxSize is 0.5; write a whole number of MiB, such as 1024."],
    [{ maxAge: "a week" }, 'reports.maxAge is "a week"; write a duration, such as 7d, 36h or 90m.'],
  ])("refuse limits of what waits that are none: %j", async (reports, sentence) => {
    await expect(compose(debian, { reports })).rejects.toThrow(sentence);
  });

  it("keep reports within the limits of the settings", async () => {
    const { state } = await compose(debian, { reports: { maxSize: 16, maxAge: "36h" } });
    for (const host of servers) {
      expect(JSON.parse(contentOf(state(host), "/etc/puppet-reports/settings.json"))).toMatchObject(
        { maxBytes: 16 * 1024 * 1024, maxSeconds: 36 * 3600 },
      );
    }
  });

  it.each([3, 600])("wait %i seconds for an answer", async (requestTimeout) => {
    const { state } = await compose(debian, { puppetdb: { requestTimeout } });
    for (const host of servers) {
      expect(
        linesOf(contentOf(state(host), "/etc/puppet/puppetserver/conf.d/http-client.conf")),
      ).toEqual([
        "http-client: {",
        `idle-timeout-milliseconds: ${String(requestTimeout * 1000)}`,
        "connect-timeout-milliseconds: 3000",
        "}",
      ]);
    }
  });
});

describe("Puppet servers without PuppetDB", () => {
  let none: Composed;
  beforeAll(async () => {
    none = await compose(debian, { puppetdbHost: "none" });
  });

  it.each(servers)("%s removes what an earlier one left, and restarts", (host) => {
    const state = none.state(host);
    for (const path of clientFiles) {
      expect(resourceOf(state, path).parameters).toEqual({
        ensure: "absent",
        notify: "Service[puppetserver]",
      });
    }
    expect(contentOf(state, "/etc/puppet/puppet.conf")).not.toMatch(/storeconfigs|reports/);
    expect(titlesOf(state)).not.toContain("package puppet-terminus-puppetdb");
  });

  it("remove environments without asking, and what asked before", async () => {
    const code = await codeState({ puppetdbHost: "none" });
    expect(contentOf(code, "/etc/puppet-code/settings.json")).not.toContain("puppetdb");
    expect(titlesOf(code)).toContain("exec ask nobody for used environments");
    expect(resourceOf(code, "/usr/local/sbin/puppet-code-used").parameters.ensure).toBe("absent");
  });

  it("have no host, no password, and no reserved name for it", () => {
    const names = none.registrations.map(({ name }) => name);
    expect(names.filter((name) => name.includes("puppetdb"))).toEqual([]);
    expect(contentOf(none.state("main"), "/etc/puppet/autosign/rules.json")).not.toContain(
      '"puppetdb',
    );
  });
});

describe("Puppet servers with an external PuppetDB", () => {
  it("use it, and the environment creates none", async () => {
    const serverUrls = ["https://puppetdb.example.org:8081"];
    const other = await compose(debian, { puppetdbHost: "none", puppetdb: { serverUrls } });
    for (const host of servers) {
      expect(conf(other, host)).toContain("server_urls = https://puppetdb.example.org:8081");
      expect(contentOf(other.state(host), "/etc/puppet/puppet.conf")).toContain("storeconfigs");
    }
    expect(other.registrations.map(({ type }) => type)).not.toContain("puppet:index:PuppetDb");
  });
});

describe("a deploy with a PuppetDB", () => {
  it("asks all of them, in the servers' order, with the main server's certificate", async () => {
    const serverUrls = ["https://puppetdb.example.org:8081"];
    const code = await codeState({ puppetdb: { serverUrls } });
    const script = linesOf(contentOf(code, "/usr/local/sbin/puppet-code-used"));
    expect(script).toEqual(
      expect.arrayContaining([
        `SERVERS = %w[https://puppetdb.example.test:8081 ${String(serverUrls[0])}]`,
        'FQDN = "main.example.test"',
      ]),
    );
  });
});

describe("PuppetDB's clients", () => {
  const names = ["compiler1", "compiler2", "compiler8", "main", "puppetdb"];
  const allowlist = ({ state }: Composed, host = "puppetdb") =>
    contentOf(state(host), "/etc/puppetdb/servers");

  it("are exactly the existing and planned servers, and the host itself for its readers", () => {
    expect(allowlist(composed)).toBe(names.map((name) => `${name}.example.test\n`).join(""));
  });

  it("are the same where the host is the main server, whose name is listed once", async () => {
    const beside = await compose(debian, { puppetdbHost: "main" });
    expect(allowlist(beside, "main-puppetdb")).toBe(
      names
        .filter((name) => name !== "puppetdb")
        .map((name) => `${name}.example.test\n`)
        .join(""),
    );
  });

  it("do not depend on the order of the compilers", async () => {
    const other = await compose(debian, { compilers: ["compiler2", "compiler1"] });
    expect(allowlist(other)).toBe(allowlist(composed));
  });

  it("may read its state as well, as may readers; nobody else, and no agent", () => {
    const rules = contentOf(composed.state("puppetdb"), "/etc/puppetdb/conf.d/auth.conf");
    const allowed = [...rules.matchAll(/^ +"([a-z0-9.]+)",$/gm)].map(([, name]) => name);
    const known = names.map((name) => `${name}.example.test`);
    expect(allowed).toEqual([...known, ...known]);
  });
});
