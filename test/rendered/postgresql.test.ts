import { beforeAll, describe, expect, it } from "vitest";
import { distributions } from "../../distributions/index.js";
import { renderConvergeScript } from "../../hosts/host-configuration.js";
import {
  compose,
  contentOf,
  passwordOf,
  resourceOf,
  type State,
} from "../support/infrastructure.js";
import { inParsers, onFile } from "../support/rendered/parsers.js";

const folder = "/etc/postgresql-common/puppetdb";
const passwords = ["write", "read"].map((role) => passwordOf(`puppetdb-${role}-password`, 32));

/** The host state that creates the database: from PostgreSQL's folder to the SQL. */
let state: State;

/** Converges the container to the state, as a host is. */
const converge = (resources: State) =>
  inParsers(
    ["bash", "-s"],
    renderConvergeScript(
      "puppetdb-configuration",
      "puppetdb.example.test",
      distributions.debian,
      resources,
    ),
  );
/** Runs SQL as the administrator, whose role is `postgres`. */
const asAdministrator = (sql: string, database = "postgres") =>
  inParsers(
    [
      ...["runuser", "--user", "postgres", "--", "psql", "--no-psqlrc", "--quiet"],
      ...["--set=ON_ERROR_STOP=1", "--tuples-only", "--no-align", `--dbname=${database}`],
    ],
    sql,
  );
/** Runs SQL in PuppetDB's database as one of its two roles. */
const as = (service: "puppetdb" | "puppetdb-read", sql: string) =>
  inParsers(
    [
      ...["env", `PGSERVICEFILE=${folder}/pg_service.conf`],
      ...["psql", "--no-psqlrc", "--no-password", "--quiet", "--tuples-only", "--no-align"],
      ...["--set=ON_ERROR_STOP=1", `--dbname=service=${service}`],
    ],
    sql,
  );
/** Runs the SQL of a file as the host state does, with its content changed. */
const runSql = (content: string) =>
  onFile(
    'chmod 0755 "$(dirname "$1")" && chmod 0644 "$1" && runuser --user postgres -- psql --no-psqlrc --quiet --file="$1"',
    content,
    "database.sql",
  );

beforeAll(async () => {
  const { state: of } = await compose(distributions.debian);
  const all = of("puppetdb");
  const place = (title: string) => all.indexOf(resourceOf(all, title));
  state = all.slice(place(folder), place("make PuppetDB's database") + 1);
  const { code, stderr } = await converge(state);
  if (code !== 0) throw new Error(stderr);
}, 120_000);

describe("PostgreSQL on PuppetDB's own host", () => {
  it("is as it should be after one run: a second one changes nothing", async () => {
    const { code, stdout, stderr } = await converge(state);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).not.toMatch(/^Notice: \w+\[/m);
  });

  it("shows that a run changes something where there is something to change", async () => {
    const removed = await inParsers(["rm", `${folder}/postgresql.conf`]);
    expect(removed.code).toBe(0);
    const { stdout } = await converge(state);
    expect(stdout).toMatch(/^Notice: File\[.*postgresql\.conf\]\/ensure: /m);
    expect(stdout).toContain("Service[postgresql]: Triggered 'refresh'");
  });

  it("runs with every setting of postgresql.conf", async () => {
    const of = (column: string) =>
      asAdministrator(
        `SELECT ${column} FROM pg_file_settings WHERE sourcefile LIKE '%puppetdb.conf' ORDER BY name`,
      );
    const given = contentOf(state, `${folder}/postgresql.conf`);
    const names = [...given.matchAll(/^(\w+) = /gm)].map(([, name]) => name ?? "");
    expect((await of("name")).stdout.trim().split("\n")).toEqual([...names].sort());
    expect(new Set((await of("applied AND error IS NULL")).stdout.trim().split("\n"))).toEqual(
      new Set(["t"]),
    );
    const inForce = await asAdministrator(
      "SHOW max_connections; SHOW shared_buffers; SHOW ssl; SHOW listen_addresses; SHOW hba_file;",
    );
    expect(inForce.stdout).toBe(`52\n2GB\non\nlocalhost\n${folder}/pg_hba.conf\n`);
  });

  it.each([
    ["a value that is none", "max_connections = 52", "max_connections = many"],
    ["an unknown setting", "random_page_cost", "random_page_price"],
    ["a unit that is none", "2048MB", "2048Mi"],
    ["a quote that does not end", "'localhost'", "'localhost"],
  ])("is refused with %s", async (_, right, wrong) => {
    const read = (content: string) =>
      onFile(
        'chmod 0755 "$(dirname "$1")" && /usr/lib/postgresql/*/bin/postgres -C shared_buffers -D /var/lib/postgresql/*/main -c config_file="$1"',
        content,
      );
    const good = contentOf(state, `${folder}/postgresql.conf`);
    expect((await read(good)).stdout).toBe("262144\n");
    expect(good).toContain(right);
    const { code, stderr } = await read(good.replace(right, wrong));
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/FATAL|errors/);
  });

  it("follows pg_hba.conf, of which every line is a rule", async () => {
    const rules = () =>
      asAdministrator(
        "SELECT type, database, user_name, address, auth_method, error FROM pg_hba_file_rules",
      );
    const roles = "{puppetdb,puppetdb_read}";
    expect((await rules()).stdout.trim().split("\n")).toEqual([
      "local|{all}|{postgres}||peer|",
      `hostssl|{all}|${roles}|127.0.0.1|scram-sha-256|`,
      `hostssl|{all}|${roles}|::1|scram-sha-256|`,
    ]);
    // Read again at each query, but by the server only when it reloads.
    const file = `${folder}/pg_hba.conf`;
    await inParsers(["sed", "-i", "$s/scram-sha-256/scram/", file]);
    expect((await rules()).stdout).toContain('invalid authentication method "scram"');
    await inParsers(["sed", "-i", "$s/scram/scram-sha-256/", file]);
    expect((await rules()).stdout).not.toContain("invalid");
  });
});

describe("PuppetDB's two roles", () => {
  it("connect as themselves, over TLS with the generated certificate", async () => {
    for (const [service, role] of [
      ["puppetdb", "puppetdb"],
      ["puppetdb-read", "puppetdb_read"],
    ] as const) {
      const sql =
        "SELECT current_user, current_database(), (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()";
      expect(await as(service, sql)).toEqual({
        code: 0,
        stdout: `${role}|puppetdb|t|UTF8\n`,
        stderr: "",
      });
    }
  });

  it("can write and read, or only read, including new tables", async () => {
    const make = "CREATE TABLE later (a serial, b text); INSERT INTO later (b) VALUES ('c');";
    expect(await as("puppetdb", make)).toEqual({ code: 0, stdout: "", stderr: "" });
    expect((await as("puppetdb-read", "SELECT * FROM later")).stdout).toBe("1|c\n");
    expect((await as("puppetdb", "SELECT 'abc' % 'abd', show_limit()")).code).toBe(0);
    for (const [sql, refusal] of [
      ["INSERT INTO later (b) VALUES ('d')", "permission denied for table later"],
      ["UPDATE later SET b = 'd'", "permission denied for table later"],
      ["DELETE FROM later", "permission denied for table later"],
      ["DROP TABLE later", "must be owner of table later"],
      ["CREATE TABLE other (a int)", "permission denied for schema public"],
      ["CREATE TEMPORARY TABLE other (a int)", "permission denied to create temporary tables"],
      ["CREATE DATABASE other", "permission denied to create database"],
      ["SET ROLE puppetdb", 'permission denied to set role "puppetdb"'],
    ] as const) {
      const { code, stderr } = await as("puppetdb-read", sql);
      expect({ sql, code }).toEqual({ sql, code: 3 });
      expect(stderr).toContain(refusal);
    }
    expect(await as("puppetdb", "DROP TABLE later")).toMatchObject({ code: 0 });
  });

  it("let the owner end the reader's sessions, as migrations do", async () => {
    expect((await as("puppetdb", "SELECT pg_has_role('puppetdb_read', 'MEMBER')")).stdout).toBe(
      "t\n",
    );
  });

  it.each([
    ["without TLS", { PGSSLMODE: "disable" }, "no encryption"],
    ["with another password", { PGPASSWORD: "another-password" }, "password authentication failed"],
    ["as the administrator", { PGUSER: "postgres", PGPASSWORD: "x" }, "no pg_hba.conf entry"],
    ["with another certificate", { PGSSLROOTCERT: "/etc/haproxy/puppet-ca.pem" }, "certificate"],
  ])("are not let in %s", async (_, changes, refusal) => {
    const uri = "host=localhost dbname=puppetdb";
    const given = {
      PGUSER: "puppetdb",
      PGPASSWORD: passwords[0],
      PGSSLMODE: "verify-full",
      PGSSLROOTCERT: `${folder}/server.crt`,
    };
    const connect = (variables: object) => {
      const all = Object.entries(variables).map(([key, value]) => `${key}=${String(value)}`);
      return inParsers(["env", ...all, "psql", "--no-password", "--quiet", uri], "SELECT 1");
    };
    expect((await connect(given)).code).toBe(0);
    const { code, stderr } = await connect({ ...given, ...changes });
    expect(code).toBe(2);
    expect(stderr).toContain(refusal);
  });
});

describe("the SQL that creates them", () => {
  const sql = () => contentOf(state, `${folder}/database.sql`);

  it("can be run again and again", async () => {
    for (const run of [1, 2]) {
      const { code, stdout, stderr } = await runSql(sql());
      expect({ code, stdout }, String(run)).toEqual({ code: 0, stdout: "" });
      expect(stderr).not.toMatch(/ERROR|FATAL|WARNING/);
    }
  });

  it("changes the roles' passwords", async () => {
    const other = "another-Password_1";
    await runSql(sql().replace(passwords[1] ?? "", other));
    expect((await as("puppetdb-read", "SELECT 1")).stderr).toContain("authentication failed");
    await runSql(sql());
    expect(await as("puppetdb-read", "SELECT 1")).toMatchObject({ code: 0 });
  });

  it("stops at the first error, which psql reports", async () => {
    const { code, stderr } = await runSql(sql().replace("pg_trgm", "pg_bigm"));
    expect(code).toBe(3);
    expect(stderr.match(/ERROR/g)).toHaveLength(1);
  });

  it("leaves no password in the log, whatever the server logs, nor in a message", async () => {
    const log = async () => {
      const { stdout } = await inParsers(["sh", "-c", "cat /var/log/postgresql/*-main.log"]);
      return stdout;
    };
    const everything =
      "ALTER SYSTEM SET log_statement = 'all';\nALTER SYSTEM SET log_min_duration_statement = 0;\nSELECT pg_reload_conf();";
    await asAdministrator(everything);
    const reloaded = await inParsers([
      ...["timeout", "20", "sh", "-c"],
      "until runuser -u postgres -- psql -Atc 'SHOW log_statement' | grep -qx all; do sleep 0.1; done",
    ]);
    expect(reloaded.code).toBe(0);

    const broken = sql().replaceAll(/ALTER ROLE "puppetdb_read"/g, "ALTER ROLE nobody_here");
    const runs = [await runSql(sql()), await runSql(broken)];
    expect(runs.map(({ code }) => code)).toEqual([0, 3]);
    const text = [await log(), ...runs.map(({ stdout, stderr }) => stdout + stderr)].join("\n");
    // What follows the new connection is logged, so the log was on.
    expect(text).toContain("CREATE EXTENSION IF NOT EXISTS pg_trgm");
    expect(text).toContain('role "nobody_here" does not exist');
    for (const password of passwords) expect(text).not.toContain(password);

    // Without the settings of the file they would stand there.
    await runSql(sql().replaceAll(/^ *SET log_.*\n/gm, ""));
    const after = await log();
    for (const password of passwords) expect(after).toContain(password);
  });
});
