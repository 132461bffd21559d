import { describe, expect, it } from "vitest";
import { distributions, type DistributionName } from "../../../distributions/index.js";
import {
  connectionsOf,
  type Connection,
  type ConnectionSettings,
} from "../../../platforms/connections.js";
import { parseSettings } from "../../../platforms/platforms.js";
import { networkSettings } from "../../../settings/aws.js";
import { connectionsIn } from "../../support/unit/connections-in.js";
import { roleNames, roles } from "../../../roles/roles.js";
import { columns } from "../../../tools/lib/columns.js";
import { compose } from "../../support/infrastructure.js";

/** The table as text. */
const shown = (lines: readonly Connection[]) =>
  columns([
    ["from", "to", "TCP port", "for"],
    ...lines.map(({ from, to, port, purpose }) => [from, to, String(port), purpose]),
  ]).join("\n");

const nothing = { bastion: false, database: false, endpoints: false };

/** The table for some settings. */
const tableOf = (
  values: Readonly<Record<string, unknown>> = {},
  made: Partial<ConnectionSettings> = {},
) =>
  connectionsOf({ ...parseSettings({ domain: "example.test", ...values }), ...nothing, ...made });

const external = {
  server: "db.example.org",
  port: 6432,
  password: "the-owners-password",
  readPassword: "the-readers-password",
};
const sources = {
  one: { remote: "https://git.example.org:8443/org/control.git" },
  two: { remote: "https://git.example.org/org/other.git", prefix: "two" },
  three: { remote: "git@git.example.com:org/control.git", prefix: "three" },
  four: { remote: "ssh://git@git.example.net:2222/org/control.git", prefix: "four" },
};
const knownHosts = "git.example.com ssh-ed25519 AAAA\n[git.example.net]:2222 ssh-ed25519 AAAA\n";
const everywhere = {
  puppetdb: {
    serverUrls: ["https://pdb2.example.com:8443", "https://pdb3.example.com:8081"],
  },
  postgresql: external,
  codeDeployment: { sources, knownHosts, forge: "http://forge.example.com:8000", behind: "leave" },
};

const hdm = {
  host: "own",
  image: `registry.example.com/betadots/hdm@sha256:${"0".repeat(64)}`,
};

const cases = {
  "by default": {},
  "with PuppetDB on the main server": { puppetdb: { host: "main" } },
  "without PuppetDB": { puppetdb: { host: "none" } },
  "without code deployment": { codeDeployment: { tool: "none" } },
  "where compilers leave the pool": { codeDeployment: { behind: "leave" } },
  "with different ports and everything external": {
    ...everywhere,
    webhook: { port: 9443 },
    loadBalancer: { statsPort: 9999 },
  },
  "with a proxy": {
    codeDeployment: { sources, knownHosts, proxy: "http://proxy.example.com:3128" },
  },
  "with hosts beside the proxy, and modules elsewhere": {
    codeDeployment: {
      sources: { a: { remote: "https://git.example.org:8443/org/a.git" } },
      credentials: {
        b: { url: "https://git.example.com:8444/org", token: "a-good-token" },
        c: { url: "https://git.example.net:8445/org", token: "a-good-token" },
        d: { url: "ssh://git@git.example.net:7999/org" },
      },
      knownHosts: "[git.example.net]:7999 ssh-ed25519 AAAA",
      proxy: "http://proxy.example.com:3128",
      noProxy: ["git.example.org", ".example.com"],
    },
  },
  "with its own Foreman": { foreman: { host: "own" } },
  "with its own Foreman, an external database, and no smart proxy": {
    foreman: {
      host: "own",
      smartProxy: false,
      database: { server: "db.example.org", port: 6543, password: "the-password" },
    },
  },
  "with an existing Foreman": {
    foreman: {
      host: "existing",
      url: "https://foreman.example.org:8444",
      packages: { url: "http://mirror.example.org:8081/foreman" },
      password: "the-password",
    },
  },
  "with an external database, and PuppetDB on the main server": {
    puppetdb: { host: "main" },
    postgresql: external,
  },
  "with HDM": { hdm },
  "with HDM, and PuppetDB on the main server": { hdm, puppetdb: { host: "main" } },
} as const;

describe("the connections", () => {
  it.each(Object.entries(cases))("%s", (_, values) => {
    expect(`\n${shown(tableOf(values))}\n`).toMatchSnapshot();
  });

  it.each(Object.entries({ bastion: {}, database: {}, endpoints: {} }))(
    "with a platform's %s, which add rows",
    (made) => {
      const usual = tableOf();
      const further = tableOf({}, { [made]: true }).filter(
        (line) => !usual.some((other) => JSON.stringify(other) === JSON.stringify(line)),
      );
      expect(`\n${shown(further)}\n`).toMatchSnapshot();
      expect(tableOf({}, { [made]: true })).toHaveLength(usual.length + further.length);
    },
  );

  it("include the database's for the host that PuppetDB is on", () => {
    const hosts = ["own", "main", "none"].map((host) =>
      tableOf({ puppetdb: { host } }, { database: true }).filter(({ to }) => to === "database"),
    );
    expect(hosts.map((lines) => lines.map(({ from }) => from))).toEqual([
      ["puppetdb"],
      ["main"],
      [],
    ]);
  });
});

describe.each([
  ...Object.values(cases).map((values) => tableOf(values)),
  ...roleNames.map((role) => tableOf(roles[role].example)),
  tableOf(everywhere, { bastion: true, database: true, endpoints: true }),
])("table %#", (...lines: Connection[]) => {
  it("has each row once, because a firewall rule is named after it", () => {
    const keys = lines.map(({ from, to, port }) => `${from} ${to} ${String(port)}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("has roles, helpers and outside parties at the ends of each, and nobody else", () => {
    const parties: string[] = [
      ...roleNames,
      ...Object.keys(nothing),
      ...Object.keys(networkSettings),
      "administrators",
    ];
    for (const { from, to } of lines) expect(parties).toEqual(expect.arrayContaining([from, to]));
  });

  it("says what each is for, in characters that a security group's rule can have", () => {
    for (const { purpose, from, to } of lines) {
      expect(purpose).toMatch(/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{3,60}$/);
      expect(`${from} to ${to}: ${purpose}`.length).toBeLessThan(256);
    }
  });

  it("lets each outside party connect to only one host on each port", () => {
    const outside = ["agents", "operators", "gitServers", "siteForeman", "administrators"];
    expect(lines.filter(({ to }) => outside.includes(to))).toEqual([]);
    expect(
      lines.filter(({ from }) => ["outbound", "endpoints", "database"].includes(from)),
    ).toEqual([]);
  });
});

describe.each(Object.entries(cases))("the configuration of the hosts %s", (_, values) => {
  it.each(Object.keys(distributions) as DistributionName[])(
    "needs exactly what is in the table, on %s",
    async (name) => {
      const settings = parseSettings({ domain: "example.test", ...values });
      const { host } = settings.puppetdb;
      const composed = await compose(distributions[name], {
        puppetdbHost: host === "own" ? "puppetdb" : host,
        puppetdb: settings.puppetdb,
        postgresql: settings.postgresql,
        foremanHost: settings.foreman.host === "own",
        ...(settings.foreman.host === "none" ? {} : { foreman: settings.foreman }),
        codeDeployment: settings.codeDeployment,
        statsPort: settings.loadBalancer.statsPort,
        webhookPort: settings.webhook.port,
        ...(settings.hdm.image === undefined ? {} : { hdm: { image: settings.hdm.image } }),
        compilers: settings.hosts.compilers,
      });
      const { listening, dialling } = connectionsIn(composed.registrations, settings);
      const lines = tableOf(values);
      const ends = lines.map(({ to, port }) => `${to} ${String(port)}`);
      const keys = lines.map(({ from, to, port }) => `${from} ${to} ${String(port)}`);
      expect(ends).toEqual(expect.arrayContaining(listening));
      expect(keys).toEqual(expect.arrayContaining(dialling));

      // Puppet Server's port is set by its package, and the servers' SSH by the machine.
      const known = ["main 8140", "compiler 8140", "main 22", "compiler 22", "hdm 22"];
      if (settings.foreman.host === "own") known.push("foreman 443");
      const inside = ends.filter((end) => !end.startsWith("outbound "));
      expect([...listening, ...known]).toEqual(expect.arrayContaining(inside));
      // Hosts connect outside only as they are configured; for packages, that is the system's own configuration.
      const outside = keys.filter((key) => / outbound (?!80$|443$)/.test(key));
      expect(dialling.filter((key) => / outbound (?!80$|443$)/.test(key)).sort()).toEqual(
        outside.sort(),
      );
    },
  );
});
