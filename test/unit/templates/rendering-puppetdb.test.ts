import { beforeAll, describe, expect, it } from "vitest";
import { distributions } from "../../../distributions/index.js";
import {
  distributionNames,
  fileOf,
  filesOf,
  linesOf,
  sharedFiles,
  type Files,
} from "../../support/host-files/files.js";
import { secretsIn } from "../../support/infrastructure.js";

let shared: Files;
const file = (name: string) => fileOf(shared, name);
beforeAll(async () => {
  shared = await sharedFiles();
});

describe.each(distributionNames)("PuppetDB's files for %s", (name) => {
  const { paths, users, services } = distributions[name];
  const ssldir = `${paths.puppetdbConfdir}/ssl`;
  let files: Files;
  beforeAll(async () => {
    files = await filesOf(name);
  });
  const lines = (file: string) => linesOf(fileOf(files, file));

  it("open one port, with TLS and for certificates of the CA that are not revoked", () => {
    expect(lines("puppetdb/jetty.ini")).toEqual([
      "[jetty]",
      "ssl-host = 0.0.0.0",
      "ssl-port = 8081",
      `ssl-key = ${ssldir}/private.pem`,
      `ssl-cert = ${ssldir}/public.pem`,
      `ssl-ca-cert = ${ssldir}/ca.pem`,
      `ssl-crl-path = ${ssldir}/crl/crl.pem`,
      "ssl-protocols = TLSv1.3, TLSv1.2",
      "client-auth = need",
      `access-log-config = ${paths.puppetdbConfdir}/request-logging.xml`,
    ]);
  });

  it("accept only clients on the allowlist", () => {
    expect(lines("puppetdb/puppetdb.ini")).toEqual([
      "[puppetdb]",
      `certificate-allowlist = ${paths.puppetdbConfdir}/certificate-allowlist`,
      "disable-update-checking = true",
      "[command-processing]",
      "threads = 2",
      "concurrent-writes = 2",
    ]);
  });

  it("let the readers' HAProxy use the CRL of the same fetch, which PuppetDB reloads", () => {
    const crl = `${ssldir}/crl/crl.pem`;
    const copy = "/etc/haproxy/puppetdb/crl.pem";
    expect(fileOf(files, "puppetdb/haproxy.cfg")).toContain(` crl-file ${copy} verify required\n`);
    expect(lines("puppetdb/puppetdb-crl-refresh")).toContain(`list=${crl}`);
    const apply = lines("puppetdb/puppetdb-crl-apply");
    expect(apply).toContain(
      `timeout 30 runuser --user puppetdb -- head --bytes=64M ${crl} >"$new"`,
    );
    expect(apply).toContain(`install -m 0600 "$new" ${copy}`);
    const at = (start: string) => apply.findIndex((line) => line.startsWith(start));
    // What counts as loaded is what was there before the reload, and only once that succeeded.
    expect(at("timeout ")).toBeLessThan(at(`systemctl reload ${services.puppetdb}`));
    expect(at(`systemctl reload ${services.puppetdb}`)).toBeLessThan(at("/usr/local/sbin/haproxy"));
    expect(at("install ")).toBeLessThan(at("/usr/local/sbin/haproxy"));
    expect(apply.at(-1)).toBe('mv --force "$new" "$loaded"');
  });

  it("wait for PuppetDB under its verified name, over the loopback interface", () => {
    expect(fileOf(files, "puppetdb/puppetdb-await")).toContain(
      "--connect-to puppetdb.example.test:8081:127.0.0.1:8081 ",
    );
    expect(fileOf(files, "puppetdb/puppetdb-await")).not.toMatch(/--insecure| -k/);
  });

  it("contain no password where everyone may read them", () => {
    const found = Object.entries(files).filter(([, text]) =>
      secretsIn(text).some((one) => /^(write|read)Password$/.test(one)),
    );
    expect(found).toEqual([]);
  });

  it("sign a reader's request as the CA's user, and not through the pending requests", () => {
    const script = lines("sign-reader.sh");
    const at = (start: string) => script.findIndex((line) => line.startsWith(start));
    const asUser = at(`runuser -u ${users.puppet} -- bash -s <<'SIGN'`);
    expect(at("/usr/local/sbin/puppet-enrol --remove ada.puppetdb-reader")).toBeLessThan(asUser);
    expect(asUser).toBeLessThan(at(`cd '${paths.cadir}'`));
    expect(at("openssl x509 -req")).toBeLessThan(at("SIGN"));
    expect(script.join("\n")).not.toContain("/requests");
  });
});

describe("the read-only port", () => {
  it("checks for a certificate, then its name, then a read-only path", async () => {
    const conf = fileOf(await filesOf("debian"), "puppetdb/haproxy.cfg");
    const rules = linesOf(conf).filter((line) => /^http-request (allow|deny)/.test(line));
    expect(rules).toEqual([
      "http-request deny deny_status 403 unless reader",
      "http-request deny deny_status 403 if disguised",
      "http-request allow if query reading",
      "http-request allow if query asking { path_beg /pdb/query/ }",
      "http-request allow if state reading",
      "http-request deny deny_status 403",
    ]);
    expect(conf).toMatch(/^ {4}bind :8082 ssl .* verify required$/m);
    expect(conf).toMatch(/^ {4}acl reader ssl_c_s_dn\(cn\) -m end \.puppetdb-reader$/m);
    expect(conf).not.toMatch(/\/pdb\/(cmd|admin)|\/metrics\/v2\/(exec|write)|\/metrics\/v2 /);
    expect(conf).toMatch(/ verify required verifyhost puppetdb\.example\.test /);
  });
});

describe("PuppetDB's database", () => {
  it("accepts its two roles over TLS with passwords, and the administrator through the socket", () => {
    expect(linesOf(file("postgresql/pg_hba.conf")).map((line) => line.split(/ +/))).toEqual([
      ["local", "all", "postgres", "peer"],
      ["hostssl", "all", '"puppetdb","puppetdb_read"', "127.0.0.1/32", "scram-sha-256"],
      ["hostssl", "all", '"puppetdb","puppetdb_read"', "::1/128", "scram-sha-256"],
    ]);
    expect(file("postgresql/postgresql.conf")).toMatch(/^listen_addresses = 'localhost'$/m);
  });

  it("gets both passwords only after its log is turned off", () => {
    const lines = file("postgresql/database.sql").split("\n");
    const holding = lines.flatMap((line, index) => (secretsIn(line).length > 0 ? [index] : []));
    expect(holding.map((index) => lines[index]?.split(" PASSWORD ")[0])).toEqual([
      'ALTER ROLE "puppetdb" LOGIN CREATEDB',
      'ALTER ROLE "puppetdb_read" LOGIN',
    ]);
    const silent = lines.findIndex((line) => line.includes("SET log_statement = 'none'"));
    expect(silent).toBeGreaterThan(0);
    expect(silent).toBeLessThan(Math.min(...holding));
    // A new connection would forget it.
    expect(lines.findIndex((line) => line.startsWith("\\connect"))).toBeGreaterThan(
      Math.max(...holding),
    );
  });

  it("has each password once for PuppetDB, and once for PostgreSQL's programs", () => {
    for (const name of ["puppetdb/database.ini", "postgresql/pg_service.conf"]) {
      const holding = file(name)
        .split("\n")
        .filter((line) => secretsIn(line).length > 0);
      expect(
        holding.map((line) => secretsIn(line)),
        name,
      ).toEqual([["writePassword"], ["readPassword"]]);
    }
  });

  it("is backed up completely or not at all, and old backups are removed only after a new one", () => {
    const lines = linesOf(file("puppetdb/puppetdb-backup"));
    const at = (start: string) => lines.findIndex((line) => line.startsWith(start));
    const steps = ["flock ", "pg_dump ", "pg_restore --list ", "sync ", "mv ", "find ", "echo "];
    const found = steps.map(at);
    expect(found).toEqual([...found].sort((one, other) => one - other));
    expect(found).not.toContain(-1);
    expect(lines[at("find ")]).toContain("-mtime +13 -delete");
  });
});
