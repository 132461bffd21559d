import { describe, expect, it } from "vitest";
import { parseSettings } from "../../../platforms/platforms.js";
import { SettingsError } from "../../../settings/settings.js";
import { badCodeSettings } from "../../support/unit/bad-code-settings.js";
import { badPlatformSettings } from "../../support/unit/bad-platform-settings.js";
import { badSettings as otherBadSettings } from "../../support/unit/bad-settings.js";
import { secretText } from "../../support/unit/platform-settings.js";

const badSettings = [...otherBadSettings, ...badCodeSettings, ...badPlatformSettings];
const domain = "example.test";
/** An external PostgreSQL. */
const external = {
  server: "db.example.org",
  password: "the-owners-password",
  readPassword: "the-readers-password",
};
const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";

/** The sentences with which some values are rejected; none if they are valid. */
function sentencesOf(values: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    parseSettings(values);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.sentences;
    throw error;
  }
}

describe("invalid settings", () => {
  it.each(badSettings)("$what", ({ values, sentences }) => {
    expect(sentencesOf({ domain, ...values })).toEqual(sentences);
  });

  it("are reported in one sentence each, which names the setting and what to write", () => {
    for (const sentence of badSettings.flatMap(({ sentences }) => sentences)) {
      expect(sentence).toMatch(
        /^puppet:[a-zA-Z.[\]0-9]+(\(a private key\))? .*; (write|set|remove) .*\.$/,
      );
    }
  });

  it("show no password, not even in part", () => {
    const passwords = ["password", "readPassword"];
    const faults = badSettings.flatMap(({ values, sentences }) => {
      const { postgresql } = values as { postgresql?: Record<string, unknown> };
      const given = passwords.flatMap((key) => {
        const value = postgresql?.[key];
        return typeof value === "string" && value.length > 4 ? [value] : [];
      });
      return given.map((value) => ({ value, text: sentences.join("\n") }));
    });
    for (const { value, text } of faults) {
      expect(text).not.toContain(value);
      expect(text).not.toContain(JSON.stringify(value).slice(1, -1));
    }
    expect(faults.length).toBeGreaterThan(10);
  });

  it("show no private key, not even in part, in whatever form", () => {
    const secrets = [secretText, "8765432187654321"];
    const faults = badSettings.filter(({ values }) =>
      secrets.some((secret) => JSON.stringify(values).includes(secret)),
    );
    for (const { what, sentences } of faults) {
      for (const secret of [...secrets, "-----BEGIN OPENSSH"]) {
        expect(sentences.join("\n"), what).not.toContain(secret);
      }
    }
    expect(faults.length).toBeGreaterThan(60);
  });

  it("are all in the error's message, one per line", () => {
    expect(() => parseSettings({ domain: "X", caName: "" })).toThrow(
      new SettingsError([
        'puppet:domain is "X"; write the DNS domain of the hosts, at most 53 characters in lower case, such as example.com.',
        'puppet:caName is ""; write at most 59 letters, digits, spaces or . : _ -, beginning with a letter or digit.',
      ]),
    );
    expect(new SettingsError(["One.", "Two."]).message).toBe("One.\nTwo.");
  });
});

describe("valid settings", () => {
  it("need only a domain", () => {
    expect(parseSettings({ domain })).toEqual({
      platform: "containers",
      domain,
      distribution: "debian",
      hosts: {
        main: "main",
        loadBalancer: "balancer",
        puppetdb: "puppetdb",
        compilers: ["compiler1", "compiler2"],
      },
      plannedCompilers: Array.from({ length: 48 }, (_, index) => `compiler${String(index + 3)}`),
      puppetServer: "puppet.example.test",
      caServer: "puppetca.example.test",
      fileServer: "puppetfiles.example.test",
      caName: "Puppet CA",
      mainServer: {},
      compilers: 2,
      compiler: {},
      rollout: { maxUnavailable: 1, drainTimeout: 900 },
      fileBucket: false,
      loadBalancer: { statsPort: 8404, compileTimeout: 900 },
      puppetdb: {
        host: "own",
        serverUrls: [],
        softWriteFailure: true,
        requestTimeout: 10,
        nodeTtl: "7d",
        nodePurgeTtl: "14d",
        reportTtl: "14d",
      },
      postgresql: {
        port: 5432,
        database: "puppetdb",
        user: "puppetdb",
        readUser: "puppetdb_read",
        backupTime: "02:30",
        backupDays: 14,
      },
      foreman: {
        host: "none",
        user: "admin",
        smartProxy: true,
        version: "5.0",
        environment: "foreman",
        timeout: 10,
        cacheHours: 168,
        whenExpired: "serve",
      },
      codeDeployment: {
        tool: "r10k",
        sources: {},
        knownHosts: "",
        tokenUser: "git",
        credentials: {},
        poolSize: 4,
        noProxy: [],
        generateTypes: true,
        defaultEnvironment: "production",
        gate: "syntax",
        canaries: [],
        postRun: [],
        behind: "serve",
      },
      webhook: { port: 9000 },
      eyaml: {},
      serverGems: { install: [] },
      reports: { maxSize: 1024, maxAge: "7d" },
      hdm: { host: "none" },
      containers: {
        subnet: "10.213.7.0/24",
        memory: 2048,
        image: "localhost/pulumi-puppet-base:1",
      },
      existing: { user: "root", servers: [] },
      aws: {
        vpc: { cidr: "10.20.0.0/16", zones: 2, nat: "one", subnetIds: [] },
        operatorSources: [],
        webhookSources: [],
        foremanSources: [],
        instances: {
          main: { type: "m7i.large", rootVolume: 20 },
          loadBalancer: { type: "c7i.large", rootVolume: 20 },
          puppetdb: { type: "m7i.large", rootVolume: 20 },
          foreman: { type: "m7i.large", rootVolume: 20 },
          compiler: { type: "c7i.xlarge", rootVolume: 20 },
          hdm: { type: "t3.medium", rootVolume: 20 },
        },
        dataVolumes: { main: 10, puppetdb: 100, foreman: 20, hdm: 4 },
        tags: {},
      },
    });
  });

  it.each([1, 50])("count %i compilers", (count) => {
    const { compilers } = parseSettings({ domain, compilers: count }).hosts;
    expect(compilers).toHaveLength(count);
    expect(compilers[0]).toBe("compiler1");
    expect(compilers.at(-1)).toBe(`compiler${String(count)}`);
  });

  it("name the compilers, in the given order", () => {
    const compilers = ["zulu", "b-2", "7", "c".repeat(51)];
    expect(parseSettings({ domain, compilers }).hosts.compilers).toEqual(compilers);
  });

  it.each([
    [1, 49],
    [2, 48],
    [49, 1],
    [50, 0],
  ])(
    "count %i compilers and plan %i more, with the names that they would get",
    (compilers, planned) => {
      const { plannedCompilers } = parseSettings({ domain, compilers });
      expect(plannedCompilers).toHaveLength(planned);
      expect(plannedCompilers[0]).toBe(
        planned > 0 ? `compiler${String(compilers + 1)}` : undefined,
      );
    },
  );

  it("plan none if compilers are named", () => {
    const { plannedCompilers } = parseSettings({ domain, compilers: ["compiler1", "zulu"] });
    expect(plannedCompilers).toEqual([]);
  });

  it("leave PuppetDB's name to a compiler if PuppetDB has no host of its own", () => {
    for (const host of ["main", "none"]) {
      expect(sentencesOf({ domain, puppetdb: { host }, compilers: ["puppetdb"] })).toEqual([]);
    }
  });

  it("may be JSON strings, as the engine passes them", () => {
    const settings = parseSettings({
      domain,
      compilers: "3",
      containers: '{"memory":4096}',
      compiler: '{"heap":1024}',
      puppetdb: '{"host":"main","softWriteFailure":false}',
      postgresql: '{"backupDays":3}',
    });
    expect(settings.hosts.compilers).toEqual(["compiler1", "compiler2", "compiler3"]);
    expect(settings.containers).toMatchObject({ subnet: "10.213.7.0/24", memory: 4096 });
    expect(settings.compiler).toEqual({ heap: 1024 });
    expect(settings.puppetdb).toMatchObject({ host: "main", softWriteFailure: false });
    expect(settings.postgresql.backupDays).toBe(3);
  });

  it("keep service names with their own domain", () => {
    const names = { puppetServer: "puppet.example.com", caServer: "ca.example.org" };
    expect(parseSettings({ domain, ...names, fileServer: "files" })).toMatchObject({
      ...names,
      fileServer: "files.example.test",
    });
  });

  it("may have one name for catalogs and files", () => {
    const { puppetServer, fileServer } = parseSettings({ domain, fileServer: "puppet" });
    expect(fileServer).toBe(puppetServer);
  });

  it("may use the full length of a certificate's name", () => {
    const long = `${"d".repeat(40)}.${"e".repeat(12)}`;
    expect(long).toHaveLength(53);
    expect(sentencesOf({ domain: long, compilers: 50 })).toEqual([]);
    expect(sentencesOf({ domain: long, compilers: ["compiler50"] })).toEqual([]);
  });

  it.each(["10.0.0.0/16", "172.31.0.0/16", "192.168.255.0/24", "10.1.2.0/23"])(
    "have the network %s",
    (subnet) => {
      expect(parseSettings({ domain, containers: { subnet } }).containers.subnet).toBe(subnet);
    },
  );

  it.each([
    { compiler: { jrubies: 1, heap: 512, codeCache: 96 } },
    { mainServer: { jrubies: 64, heap: 65536, codeCache: 2048 } },
    { loadBalancer: { statsPort: 1024, compileTimeout: 60 } },
    { loadBalancer: { statsPort: 65535, compileTimeout: 7200 } },
    { reports: { maxSize: 16, maxAge: "90m" } },
    { puppetdb: { requestTimeout: 3, heap: 512, threads: 1, nodeTtl: "1m" } },
    { puppetdb: { requestTimeout: 600, heap: 32768, threads: 64, reportTtl: "99999d" } },
    { puppetdb: { writeConnections: 2, readConnections: 1, host: "none" } },
    { puppetdb: { writeConnections: 200, readConnections: 200, host: "main" } },
    { puppetdb: { serverUrls: Array.from({ length: 10 }, () => "https://a-1.b:443") } },
    { postgresql: { ...external, port: 1, password: "p".repeat(12) } },
    { postgresql: { ...external, port: 65535, readPassword: "P_-9".repeat(32) } },
    { postgresql: { ...external, caCertificate: pem } },
    { postgresql: { ...external, caCertificate: `${pem}${pem}\n` } },
    { postgresql: { database: "_", user: "u".repeat(63), readUser: "r_9" } },
    { postgresql: { backupTime: "00:00", backupDays: 1 } },
    { postgresql: { backupTime: "23:59", backupDays: 3650 } },
    { containers: { subnet: "10.213.7.0/24", memory: 1120 } },
    { containers: { subnet: "10.213.7.0/24", memory: 65536 } },
    { containers: { image: "debian" } },
    { containers: { image: `registry.example.com:5000/site/puppet_host-1:${"T".repeat(128)}` } },
    { containers: { image: `localhost/host:1.2-3@sha256:${"0".repeat(64)}` } },
  ])("include the limits of their ranges: %j", (values) => {
    expect(parseSettings({ domain, ...values })).toMatchObject(values);
  });
});
