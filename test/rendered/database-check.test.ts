import { beforeAll, describe, expect, it } from "vitest";
import {
  renderDatabaseCheck,
  renderDatabaseSql,
  renderPgService,
  type Passwords,
  type Roles,
} from "../../templates/postgresql/postgresql.js";
import { inParsers } from "../support/rendered/parsers.js";

/** A separate cluster, like that of an administrator elsewhere. */
const port = 5433;
const folder = "/etc/postgresql/17/check";
const cluster = `
pg_createcluster 17 check --port ${String(port)} -- --auth-host=scram-sha-256 --locale=C.UTF-8
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost -keyout ${folder}/server.key -out ${folder}/server.crt
chown postgres: ${folder}/server.key
printf "ssl_cert_file = '${folder}/server.crt'\\nssl_key_file = '${folder}/server.key'\\nssl = on\\n" \
  >${folder}/conf.d/tls.conf
pg_ctlcluster 17 check start
`;

const passwords = { password: "the-owners-password", readPassword: "the-readers-password" };
const roles: Roles = { database: "good", user: "pdb_owner", readUser: "pdb_reader" };

/** Runs SQL as the administrator. */
async function asAdministrator(sql: string): Promise<void> {
  const psql = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"];
  const { code, stderr } = await inParsers(
    ["runuser", "--user", "postgres", "--", ...psql, `--port=${String(port)}`],
    sql,
  );
  if (code !== 0) throw new Error(stderr);
}

/** Runs the check as the host state does: both files on the host, and nothing else said. */
async function check(
  changes: Partial<Roles & Passwords & { server: string; port: number; caFile: string }> = {},
  edit: (script: string) => string = (script) => script,
) {
  const address = { server: "localhost", port, caFile: `${folder}/server.crt` };
  const values = { ...roles, ...passwords, ...address, ...changes };
  const services = `/tmp/check-${values.database}.conf`;
  await inParsers(["install", "-m", "0600", "/dev/stdin", services], renderPgService(values));
  return inParsers(["bash", "-s"], edit(renderDatabaseCheck({ ...values, services })));
}

/** What an administrator runs for a good database. */
const good = ({ database, user }: Roles, extras = "") => `
CREATE DATABASE ${database} OWNER ${user} ENCODING 'UTF8' TEMPLATE template0;
\\connect ${database}
CREATE EXTENSION pg_trgm;
${extras}
`;

beforeAll(async () => {
  const { code, stderr } = await inParsers(["sh", "-ec", cluster]);
  if (code !== 0) throw new Error(stderr);
  await asAdministrator(`
    CREATE ROLE pdb_owner LOGIN PASSWORD '${passwords.password}';
    CREATE ROLE lonely_owner LOGIN PASSWORD '${passwords.password}';
    CREATE ROLE pdb_reader LOGIN PASSWORD '${passwords.readPassword}';
    GRANT pdb_reader TO pdb_owner;
    ${good(roles)}
  `);
}, 120_000);

describe("a database created by an administrator who is not a superuser, as in RDS", () => {
  const made: Roles = { database: "made", user: "made_owner", readUser: "made_reader" };
  const administrator = { user: "rds_admin", password: "the-administrators-password" };
  const services = "/tmp/made.conf";

  beforeAll(async () => {
    await asAdministrator(
      `CREATE ROLE ${administrator.user} LOGIN CREATEDB CREATEROLE PASSWORD '${administrator.password}';`,
    );
    const address = { server: "localhost", port, caFile: `${folder}/server.crt` };
    const conf = renderPgService({ ...made, ...passwords, ...address }, administrator);
    await inParsers(["install", "-m", "0600", "/dev/stdin", services], conf);
  });

  it.each(["first", "second"])("can be used after the %s time", async () => {
    const { code, stderr } = await inParsers(
      [
        ...["env", `PGSERVICEFILE=${services}`, "PGSERVICE=puppetdb-administrator"],
        ...["psql", "--no-psqlrc", "--quiet"],
      ],
      renderDatabaseSql({ ...made, ...passwords }),
    );
    expect(code, stderr).toBe(0);
    expect(stderr.replaceAll(/^NOTICE: .*\n/gm, "")).toBe("");
    expect(await check(made)).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});

describe("the check of an external database", () => {
  it("prints nothing for a valid one, however often it runs", async () => {
    for (const run of [1, 2]) {
      expect(await check(), String(run)).toEqual({ code: 0, stdout: "", stderr: "" });
    }
  });

  it("lets the read-only role read existing and new tables, and nothing else", async () => {
    const database = "granted";
    const of = { ...roles, database };
    const reading = () =>
      inParsers(
        [
          ...["env", `PGPASSWORD=${passwords.readPassword}`, "psql", "--no-psqlrc", "-At"],
          `host=localhost port=${String(port)} user=pdb_reader dbname=${database}`,
        ],
        "SELECT count(*) FROM before; SELECT count(*) FROM after; DELETE FROM before;",
      );
    const make = (table: string) => `SET ROLE pdb_owner; CREATE TABLE ${table} (a int);`;
    await asAdministrator(`
      CREATE DATABASE ${database} OWNER pdb_owner ENCODING 'UTF8' TEMPLATE template0;
      \\connect ${database}
      CREATE EXTENSION pg_trgm;
      ${make("before")}
    `);
    expect((await reading()).stderr).toContain("permission denied for table before");
    expect(await check(of)).toEqual({ code: 0, stdout: "", stderr: "" });
    await asAdministrator(`\\connect ${database}\n${make("after")}`);
    const { stdout, stderr } = await reading();
    expect(stdout).toBe("0\n0\n");
    expect(stderr).toMatch(/^ERROR: {2}permission denied for table before\n$/);
  });

  it.each<{ what: string; given: Partial<Roles>; sql: string; sentence: string }>([
    {
      what: "a database in another encoding",
      given: { database: "latin" },
      sql: "CREATE DATABASE latin OWNER pdb_owner ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0;",
      sentence:
        "the database latin is not encoded in UTF8; recreate it with ENCODING 'UTF8' TEMPLATE template0",
    },
    {
      what: "a database without the extension",
      given: { database: "bare" },
      sql: "CREATE DATABASE bare OWNER pdb_owner ENCODING 'UTF8' TEMPLATE template0;",
      sentence: "the database bare lacks pg_trgm; run CREATE EXTENSION pg_trgm in it",
    },
    {
      what: "an owner that may not create tables",
      given: { database: "foreign_one" },
      sql: good(
        { ...roles, database: "foreign_one" },
        "ALTER DATABASE foreign_one OWNER TO postgres;",
      ),
      sentence:
        "pdb_owner may not create tables in foreign_one; run ALTER DATABASE foreign_one OWNER TO pdb_owner",
    },
    {
      what: "an owner that is no member of the reading role",
      given: { database: "lonely", user: "lonely_owner" },
      sql: good({ ...roles, database: "lonely", user: "lonely_owner" }),
      sentence:
        "lonely_owner cannot end the sessions of pdb_reader, as migrations do; run GRANT pdb_reader TO lonely_owner",
    },
    {
      what: "a reading role that may write",
      given: { database: "open" },
      sql: good({ ...roles, database: "open" }, "GRANT CREATE ON SCHEMA public TO public;"),
      sentence:
        "pdb_reader may write to open; run REVOKE CREATE ON SCHEMA public FROM public, pdb_reader",
    },
  ])("tells of $what, and what to do", async ({ given, sql, sentence }) => {
    await asAdministrator(sql);
    expect(await check(given)).toEqual({
      code: 1,
      stdout: "",
      stderr: `puppet:postgresql: ${sentence}\n`,
    });
  });

  it("prints nothing once its advice was followed", async () => {
    const database = "mended";
    const tell = async () => (await check({ database, user: "lonely_owner" })).stderr;
    await asAdministrator(
      `CREATE DATABASE ${database} ENCODING 'UTF8' TEMPLATE template0;\n\\connect ${database}\nGRANT CREATE ON SCHEMA public TO public;`,
    );
    // As an administrator would: the part after "run" is SQL, in that database.
    const sql = async () => /; run (.*)/.exec(await tell())?.[1]?.replace(/ in it$/, "") ?? "";
    const heeded: string[] = [];
    for (let next = await sql(); next !== "" && heeded.length < 5; next = await sql()) {
      heeded.push(next);
      await asAdministrator(`\\connect ${database}\n${next};`);
    }
    expect(heeded).toEqual([
      "CREATE EXTENSION pg_trgm",
      "GRANT pdb_reader TO lonely_owner",
      "REVOKE CREATE ON SCHEMA public FROM public, pdb_reader",
      `ALTER DATABASE ${database} OWNER TO lonely_owner`,
    ]);
    expect(await tell()).toBe("");
    await asAdministrator("REVOKE pdb_reader FROM lonely_owner;");
  });

  it("rejects a server that is too old", async () => {
    const { code, stderr } = await check({}, (script) => script.replace("140000", "990000"));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "puppet:postgresql: the server is older than PostgreSQL 14; give a newer one\n",
    });
  });

  it.each([
    ["puppetdb", "another password", { password: "another-password" }, "authentication failed"],
    ["puppetdb-read", "its password", { readPassword: "another-one" }, "authentication failed"],
    ["puppetdb", "a database", { database: "none_such" }, "does not exist"],
    ["puppetdb", "a port", { port: 5439 }, "Connection refused"],
    ["puppetdb", "a name", { server: "db.example.test" }, "could not translate host name"],
    ["puppetdb", "the certificate", { caFile: "/etc/haproxy/puppet-ca.pem" }, "verify failed"],
    ["puppetdb", "a list that is there", { caFile: "/none.pem" }, "does not exist"],
  ])("tells in one line that %s cannot connect for want of %s", async (role, _, changes, why) => {
    const { code, stdout, stderr } = await check(changes);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^[^\n]*\n$/);
    expect(stderr.startsWith(`puppet:postgresql: ${role} cannot connect: `)).toBe(true);
    expect(stderr).toContain(why);
    for (const password of Object.values(passwords)) expect(stderr).not.toContain(password);
  });
});
