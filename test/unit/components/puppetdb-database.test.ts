import { beforeAll, describe, expect, it } from "vitest";
import { distributions } from "../../../distributions/index.js";
import { jdbcSubname } from "../../../templates/postgresql/postgresql.js";
import { linesOf } from "../../support/host-files/files.js";
import {
  compose,
  contentOf,
  resourceOf,
  titlesOf,
  type Composed,
} from "../../support/infrastructure.js";

const { debian } = distributions;
const folder = "/etc/postgresql-common/puppetdb";
const ca = "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n";
const given = {
  server: "db.example.org",
  port: 6432,
  database: "pdb",
  user: "pdb_owner",
  password: "the-owners-password",
  readUser: "pdb_reader",
  readPassword: "the_readers_password",
};

/** The values of an INI file's sections. */
function sectionsOf(content: string): Record<string, Record<string, string>> {
  const sections: Record<string, Record<string, string>> = {};
  let section = "";
  for (const line of linesOf(content)) {
    section = /^\[(.*)\]$/.exec(line)?.[1] ?? section;
    const [, name = "", value] = /^([^= ]+) ?= ?(.*)$/.exec(line) ?? [];
    if (value !== undefined) sections[section] = { ...sections[section], [name]: value };
  }
  return sections;
}

const iniOf = (composed: Composed, path: string) =>
  sectionsOf(contentOf(composed.state("puppetdb"), path));

describe("a database on PuppetDB's own host", () => {
  let composed: Composed;
  beforeAll(async () => {
    composed = await compose(debian);
  });

  it("is used over verified TLS, with its self-signed certificate", () => {
    const { database } = iniOf(composed, "/etc/puppetdb/conf.d/database.ini");
    expect(database?.subname).toBe(
      `//localhost:5432/puppetdb?ssl=true&sslfactory=org.postgresql.ssl.LibPQFactory&sslmode=verify-full&sslrootcert=${folder}/server.crt`,
    );
    const services = iniOf(composed, `${folder}/pg_service.conf`);
    for (const name of ["puppetdb", "puppetdb-read"]) {
      expect(services[name]).toMatchObject({
        host: "localhost",
        port: "5432",
        sslmode: "verify-full",
        sslrootcert: `${folder}/server.crt`,
      });
    }
  });

  it("allows all connections of PuppetDB's pools, and 20 more", async () => {
    const puppetdb = { writeConnections: 30, readConnections: 7 };
    const other = await compose(debian, { puppetdb });
    const state = other.state("puppetdb");
    expect(contentOf(state, `${folder}/postgresql.conf`)).toMatch(/^max_connections = 57$/m);
    const ini = iniOf(other, "/etc/puppetdb/conf.d/database.ini");
    expect(ini.database?.["maximum-pool-size"]).toBe("30");
    expect(ini["read-database"]?.["maximum-pool-size"]).toBe("7");
  });

  it("is set up again only when its SQL changes, as with a new password", () => {
    const state = composed.state("puppetdb");
    expect(resourceOf(state, "make PuppetDB's database").parameters).toMatchObject({
      command: [
        ...["runuser", "--user", "postgres", "--", "psql", "--no-psqlrc", "--quiet"],
        `--file=${folder}/database.sql`,
      ],
      refreshonly: true,
    });
    expect(resourceOf(state, `${folder}/database.sql`).parameters.notify).toBe(
      "Exec[make PuppetDB's database]",
    );
  });

  it("keeps what PuppetDB is told to keep, for as long", async () => {
    const retention = { nodeTtl: "3d", nodePurgeTtl: "36h", reportTtl: "90m" };
    const { database } = iniOf(
      await compose(debian, { puppetdb: retention }),
      "/etc/puppetdb/conf.d/database.ini",
    );
    expect(database).toMatchObject({
      "node-ttl": "3d",
      "node-purge-ttl": "36h",
      "report-ttl": "90m",
    });
  });

  it("is backed up when the stack says, for as many days", async () => {
    const postgresql = { backupTime: "23:59", backupDays: 3 };
    const { state } = await compose(debian, { postgresql });
    expect(contentOf(state("puppetdb"), "/etc/systemd/system/puppetdb-backup.timer")).toMatch(
      /^OnCalendar=\*-\*-\* 23:59:00$/m,
    );
    // find counts whole days: more than two are three.
    expect(contentOf(state("puppetdb"), "/usr/local/sbin/puppetdb-backup")).toContain(
      "-mtime +2 -delete",
    );
  });
});

describe("an external database", () => {
  let composed: Composed;
  let system: Composed;
  beforeAll(async () => {
    composed = await compose(debian, { postgresql: { ...given, caCertificate: ca } });
    system = await compose(debian, { postgresql: given });
  });

  it("needs no server here, but the client programs, its CA and the check", () => {
    const titles = titlesOf(composed.state("puppetdb"));
    const first = titles.indexOf("package postgresql-client");
    expect(titles.slice(first, first + 7)).toEqual([
      "package postgresql-client",
      `file ${folder}`,
      `file ${folder}/pg_service.conf`,
      `file ${folder}/ca.pem`,
      "file /usr/local/sbin/puppetdb-database-check",
      "exec the external database can be used",
      "package dbconfig-no-thanks",
    ]);
    expect(titles.filter((title) => /server\.|postgresql\.conf|pg_hba|\.sql/.test(title))).toEqual(
      [],
    );
    expect(titles).not.toContain("service postgresql");
    expect(titles).not.toContain("package postgresql");
  });

  it("is checked at every run, which fails with the check's message", () => {
    const check = "/usr/local/sbin/puppetdb-database-check";
    expect(
      resourceOf(composed.state("puppetdb"), "the external database can be used").parameters,
    ).toMatchObject({ command: check, unless: check });
    expect(resourceOf(composed.state("puppetdb"), check).parameters.mode).toBe("0755");
  });

  it("is backed up all the same, and no PostgreSQL stops with PuppetDB", () => {
    expect(titlesOf(composed.state("puppetdb"))).toContain("service puppetdb-backup.timer");
    expect(composed.find("puppetdb-configuration-services").inputs.stdin).toContain(
      "\nservices='puppetdb haproxy puppetdb-crl-refresh.timer puppetdb-backup.timer'\n",
    );
  });

  it.each([
    ["the stack's certificates", () => composed, `${folder}/ca.pem`],
    ["the system's list", () => system, "/etc/ssl/certs/ca-certificates.crt"],
  ])("is verified by %s, by name, by Java and by PostgreSQL's programs", (_, of, file) => {
    const ini = iniOf(of(), "/etc/puppetdb/conf.d/database.ini");
    const subname = `//db.example.org:6432/pdb?ssl=true&sslfactory=org.postgresql.ssl.LibPQFactory&sslmode=verify-full&sslrootcert=${file}`;
    expect(ini.database).toMatchObject({
      subname,
      username: given.user,
      password: given.password,
    });
    expect(ini["read-database"]).toMatchObject({
      subname,
      username: given.readUser,
      password: given.readPassword,
    });
    const address = {
      host: "db.example.org",
      port: "6432",
      dbname: "pdb",
      sslmode: "verify-full",
      sslrootcert: file,
    };
    const { user, password, readUser, readPassword } = given;
    const services = iniOf(of(), `${folder}/pg_service.conf`);
    expect(services.puppetdb).toMatchObject({ ...address, user, password });
    expect(services["puppetdb-read"]).toMatchObject({
      ...address,
      user: readUser,
      password: readPassword,
    });
  });

  it("has the stack's certificates only where they are set", () => {
    expect(contentOf(composed.state("puppetdb"), `${folder}/ca.pem`)).toBe(ca);
    expect(titlesOf(system.state("puppetdb"))).not.toContain(`file ${folder}/ca.pem`);
  });

  it("gets its passwords from the stack: none is generated, and none is in plaintext", () => {
    const names = composed.registrations.map(({ name }) => name);
    expect(names.filter((name) => /^puppetdb-.*password/.test(name))).toEqual([]);
    for (const { name, inputs, secrets } of composed.registrations) {
      const open = Object.entries(inputs).filter(([input]) => !secrets.includes(input));
      expect(JSON.stringify(open), name).not.toMatch(/the.(owner|reader)s.password/);
    }
    expect(composed.script("puppetdb")).toContain(given.password);
  });
});

describe("the address for Java's driver", () => {
  it.each(["localhost", "db.example.org"])("verifies the certificate of %s", (server) => {
    const subname = jdbcSubname({ server, port: 1, caFile: "/ca" }, "d");
    expect(subname.startsWith(`//${server}:1/d?ssl=true&`)).toBe(true);
    expect(subname).toContain("&sslmode=verify-full&sslrootcert=/ca");
  });
});
