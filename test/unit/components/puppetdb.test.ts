import { beforeAll, describe, expect, it } from "vitest";
import { distributions } from "../../../distributions/index.js";
import {
  caPem,
  compose,
  contentOf,
  resourceOf,
  sourceOf,
  secretsIn,
  titlesOf,
  type Composed,
} from "../../support/infrastructure.js";

const { debian } = distributions;

/** What is the same on its own host and on the main server. */
const order = [
  "exec mount /var/lib/postgresql",
  "exec mount /etc/postgresql",
  "exec PostgreSQL owns its databases",
  "package postgresql",
  "file /etc/postgresql-common/puppetdb",
  "file /etc/postgresql-common/puppetdb/pg_service.conf",
  "exec make PostgreSQL's certificate",
  "file /etc/postgresql-common/puppetdb/pg_hba.conf",
  "file /etc/postgresql-common/puppetdb/postgresql.conf",
  "exec PostgreSQL reads its configuration",
  "file /etc/systemd/system/postgresql@.service.d",
  "file /etc/systemd/system/postgresql@.service.d/puppetdb.conf",
  "exec systemd reads postgresql@.service.d/puppetdb.conf",
  "service postgresql",
  "file /etc/postgresql-common/puppetdb/database.sql",
  "exec make PuppetDB's database",
  "package dbconfig-no-thanks",
  "package puppetdb",
  "file /etc/puppetdb/ssl",
  "file /etc/puppetdb/ssl/private.pem",
  "file /etc/puppetdb/ssl/public.pem",
  "file /etc/puppetdb/ssl/ca.pem",
  "file /etc/puppetdb/ssl/crl",
  "package curl",
  "file /usr/local/sbin/puppetdb-crl-refresh",
  "exec fetch the revocation list for PuppetDB",
  "file /etc/puppetdb/conf.d/jetty.ini",
  "file /etc/puppetdb/conf.d/database.ini",
  "file /etc/puppetdb/conf.d/puppetdb.ini",
  "file /etc/puppetdb/servers",
  "exec PuppetDB accepts its Puppet servers",
  "file /etc/puppetdb/conf.d/auth.conf",
  "exec JAVA_ARGS of PuppetDB",
  "file /usr/local/sbin/puppetdb-await",
  "exec restart PuppetDB for its JVM",
  "file /etc/systemd/system/puppetdb.service.d",
  "file /etc/systemd/system/puppetdb.service.d/restart.conf",
  "exec systemd reads puppetdb.service.d/restart.conf",
  "service puppetdb",
  "exec PuppetDB serves",
  "package haproxy",
  "package socat",
  "file /etc/haproxy/puppetdb",
  "file /etc/haproxy/puppetdb/host.pem",
  "file /etc/haproxy/puppetdb/host.pem.key",
  "file /etc/haproxy/puppetdb/ca.pem",
  "exec revocation list of the readers' HAProxy",
  "file /etc/haproxy/haproxy.cfg",
  "file /usr/local/sbin/haproxy-reload",
  "file /etc/systemd/system/haproxy.service.d",
  "file /etc/systemd/system/haproxy.service.d/restart.conf",
  "exec systemd reads haproxy.service.d/restart.conf",
  "service haproxy",
  "file /usr/local/sbin/puppetdb-crl-apply",
  "file /usr/local/sbin/puppet-crl-tell",
  "file /etc/systemd/system/puppetdb-crl-refresh.service",
  "exec systemd reads puppetdb-crl-refresh.service",
  "file /etc/systemd/system/puppetdb-crl-refresh.timer",
  "exec systemd reads puppetdb-crl-refresh.timer",
  "service puppetdb-crl-refresh.timer",
  "exec mount /var/backups/puppetdb",
  "file /var/backups/puppetdb",
  "file /usr/local/sbin/puppetdb-backup",
  "file /usr/local/sbin/puppetdb-restore",
  "file /etc/systemd/system/puppetdb-backup.service",
  "exec systemd reads puppetdb-backup.service",
  "file /etc/systemd/system/puppetdb-backup.timer",
  "exec systemd reads puppetdb-backup.timer",
  "service puppetdb-backup.timer",
];

let composed: Composed;
let beside: Composed;
beforeAll(async () => {
  composed = await compose(debian);
  beside = await compose(debian, { puppetdbHost: "main" });
});

describe("PuppetDB on its own host", () => {
  it("is set up in this order: certificate, database, PuppetDB, read-only port, backups", () => {
    expect(titlesOf(composed.state("puppetdb"))).toEqual([
      "file /usr/local/sbin/puppet-certificate",
      "exec the certificate of puppetdb.example.test is of this CA and for its services",
      "file /etc/puppet/puppet.conf",
      "file /etc/puppet/csr_attributes.yaml",
      "file /var/lib/puppet/ssl",
      "file /var/lib/puppet/ssl/certs",
      "file /var/lib/puppet/ssl/certs/ca.pem",
      "exec request the certificate of puppetdb.example.test",
      ...order,
    ]);
  });

  it("requests its certificate from the CA, whose certificate it already trusts", () => {
    const state = composed.state("puppetdb");
    expect(contentOf(state, "/var/lib/puppet/ssl/certs/ca.pem")).toBe(caPem);
    const conf = contentOf(state, "/etc/puppet/puppet.conf");
    expect(conf).toMatch(/^certname = puppetdb\.example\.test$/m);
    expect(conf).toMatch(/^ca_server = puppetca\.example\.test$/m);
    expect(conf).not.toMatch(/^\[server\]$|^dns_alt_names/m);
    // Debian's folder above it is that user's as well.
    expect(titlesOf(state)).toContain("file /var/lib/puppet/ssl");
    expect(resourceOf(state, "/var/lib/puppet/ssl of puppet").type).toBe("exec");
  });

  it("waits for the main server", () => {
    const main = composed.find("main-configuration-run").urn;
    expect(composed.find("puppetdb", "puppet:index:PuppetDb").dependencies).toContain(main);
  });

  it("is enrolled on the main server, without another name, until it is removed", () => {
    const { inputs, deletedWith } = composed.find("puppetdb-certificate");
    expect(inputs).toMatchObject({
      create: "/usr/local/sbin/puppet-enrol --request puppetdb.example.test",
      delete: "/usr/local/sbin/puppet-enrol --remove puppetdb.example.test",
      stdin: "machine-of-puppetdb",
      connection: { host: "main.example.test" },
    });
    expect(deletedWith).toBe(composed.find("machine").urn);
    expect(composed.find("puppetdb-configuration").dependencies).toEqual([
      composed.find("puppetdb-certificate").urn,
    ]);
  });

  it("leaves the main server all of its memory", async () => {
    const none = await compose(debian, { puppetdbHost: "none" });
    const sizing = "JAVA_ARGS of puppetserver";
    expect(resourceOf(composed.state("main"), sizing)).toEqual(
      resourceOf(none.state("main"), sizing),
    );
  });
});

describe("PuppetDB on the main server", () => {
  it("is set up in the same order, with the main server's certificate", () => {
    expect(titlesOf(beside.state("main-puppetdb"))).toEqual(order);
    const state = beside.state("main-puppetdb");
    expect(sourceOf(state, "/etc/puppetdb/ssl/private.pem")).toBe(
      "/var/lib/puppet/ssl/private_keys/main.example.test.pem",
    );
    expect(beside.registrations.map(({ name }) => name)).not.toContain("main-puppetdb-certificate");
  });

  it("is a second configuration of that host, which comes after the first", () => {
    const [first, second] = ["main", "main-puppetdb"].map((name) =>
      beside.find(`${name}-configuration-run`),
    );
    expect(second?.inputs.connection).toEqual(first?.inputs.connection);
    expect(second?.inputs.triggers).toEqual(["machine-of-main"]);
    expect(beside.find("main-puppetdb").dependencies).toContain(first?.urn);
    expect(beside.script("main")).toContain("\nname=main-configuration\n");
    expect(beside.script("main-puppetdb")).toContain("\nname=main-puppetdb-configuration\n");
  });

  it("has no file of the main server's own configuration", () => {
    const titles = titlesOf(beside.state("main"));
    const shared = titlesOf(beside.state("main-puppetdb")).filter((one) => titles.includes(one));
    // A program that both use.
    expect(shared).toEqual(["package curl"]);
  });

  it("gets two fifths of the memory, which the main server's sizing leaves out", () => {
    const java = (title: string, host: string) =>
      String(resourceOf(beside.state(host), title).parameters.unless);
    // 8192 MiB: 3276 for PuppetDB, 4916 for a server of three JRubies.
    expect(java("JAVA_ARGS of puppetserver", "main")).toContain('"-Xms2048m -Xmx2048m ');
    expect(java("JAVA_ARGS of PuppetDB", "main-puppetdb")).toContain('"-Xms1310m -Xmx1310m"');
    expect(
      contentOf(beside.state("main-puppetdb"), "/etc/postgresql-common/puppetdb/postgresql.conf"),
    ).toMatch(/^shared_buffers = 819MB$/m);
  });

  it("leaves fewer JRubies to a main server without enough memory for all", async () => {
    const main = { cores: 4, memory: 4096 };
    const jrubies = async (puppetdbHost: "main" | "none") => {
      const { state } = await compose(debian, { main, puppetdbHost });
      const conf = contentOf(state("main"), "/etc/puppet/puppetserver/conf.d/sizing.conf");
      return /max-active-instances: (\d+)$/m.exec(conf)?.[1];
    };
    expect(await jrubies("none")).toBe("3");
    expect(await jrubies("main")).toBe("2");
  });

  it("is rejected where the memory is too small", async () => {
    await expect(compose(debian, { main: { memory: 2048 }, puppetdbHost: "main" })).rejects.toThrow(
      "main.example.test has ",
    );
  });
});

describe("services of PuppetDB", () => {
  const services = "haproxy puppetdb-crl-refresh.timer puppetdb-backup.timer";

  it.each([
    ["puppetdb", `puppetdb postgresql ${services}`],
    ["main-puppetdb", `puppetdb postgresql ${services}`],
  ])("stop where %s leaves a host that stays", (name, expected) => {
    const { find } = name === "puppetdb" ? composed : beside;
    const { inputs } = find(`${name}-configuration-services`);
    expect(inputs.delete).toBe("bash -s");
    expect(inputs.stdin).toContain(`\nservices='${expected}'\n`);
  });

  it("do not stop on a different machine with the same name: only its configuration is applied again", () => {
    expect(composed.find("puppetdb-configuration-services").inputs).not.toHaveProperty("triggers");
    expect(composed.find("puppetdb-configuration-run").inputs).not.toHaveProperty("delete");
  });

  it("are removed with the machine, where Pulumi created it", () => {
    expect(beside.find("main-puppetdb-configuration-services").deletedWith).toBe(
      beside.find("machine").urn,
    );
    expect(composed.find("puppetdb-configuration-services").deletedWith).toBe("");
  });

  it("are removed with our own machine, and need not stop there", () => {
    expect(() => composed.find("main-configuration-services")).toThrow("0 resources");
  });

  it.each([
    ["balancer", "haproxy haproxy-crl-refresh.timer"],
    [
      "compiler1",
      "puppetserver puppet-reports.service puppet-crl-refresh.timer puppet-pool.socket puppet-revoked-connections.service puppet-connection-limits.service",
    ],
  ])("stop on %s too, where it is somebody else's", (host, units) => {
    expect(composed.find(`${host}-configuration-services`).inputs.stdin).toContain(
      `\nservices='${units}'\n`,
    );
  });

  it("are all that the host's state keeps running", () => {
    const running = composed
      .state("puppetdb")
      .filter(({ type }) => type === "service")
      .map(({ title }) => title);
    expect(running.sort()).toEqual(`puppetdb postgresql ${services}`.split(" ").sort());
  });
});

describe("keys and passwords of PuppetDB", () => {
  it("are in files of these modes, and in no other resource", () => {
    const holding = composed
      .state("puppetdb")
      .filter((resource) => secretsIn(JSON.stringify(resource)).length > 0);
    const passwords = ["writePassword", "readPassword"];
    expect(
      holding.map((resource) => ({
        title: resource.title,
        mode: resource.parameters.mode,
        group: resource.parameters.group,
        sensitive: resource.sensitive,
        secrets: secretsIn(JSON.stringify(resource)),
      })),
    ).toEqual(
      [
        ["/etc/postgresql-common/puppetdb/pg_service.conf", "0600", "root", passwords],
        ["/etc/postgresql-common/puppetdb/database.sql", "0600", "postgres", passwords],
        ["/etc/puppetdb/conf.d/database.ini", "0640", "puppetdb", passwords],
      ].map(([title, mode, group, secrets]) => ({ title, mode, group, sensitive: true, secrets })),
    );
  });

  it("are copied without a trace, and only its own user can read a copied key", () => {
    const state = composed.state("puppetdb");
    const keys = state.filter(
      ({ type, title, parameters }) =>
        type === "file" && "source" in parameters && /private_keys/.test(sourceOf(state, title)),
    );
    expect(keys.map(({ title }) => title)).toEqual([
      "/etc/puppetdb/ssl/private.pem",
      "/etc/haproxy/puppetdb/host.pem.key",
    ]);
    for (const { title, parameters } of keys) {
      expect(parameters, title).toMatchObject({ owner: "root", show_diff: false, backup: false });
      expect(parameters.mode, title).toMatch(/0$/);
    }
    expect(keys[0]?.parameters.group).toBe("puppetdb");
    expect(resourceOf(state, "/etc/haproxy/puppetdb").parameters.mode).toBe("0700");
  });

  it("are random, long, and of letters and digits", () => {
    for (const name of ["puppetdb-write-password", "puppetdb-read-password"]) {
      expect(composed.find(name).inputs).toMatchObject({ length: 32, special: false });
    }
  });

  it("are on no other host", () => {
    for (const host of ["main", "balancer", "compiler1"]) {
      const found = secretsIn(composed.script(host));
      expect(
        found.filter((one) => /^(write|read)/.test(one)),
        host,
      ).toEqual([]);
    }
  });
});
