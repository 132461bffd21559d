import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { podmanNames } from "../../platforms/containers/names.js";
import type { KeyPair } from "../../platforms/ssh-keys.js";
import { baseImage } from "../../settings/containers.js";
import { compilerOf, runAgent } from "../../tools/lib/agents.js";
import { stateFolder } from "../../tools/lib/paths.js";
import * as podman from "../../tools/lib/podman.js";
import { run } from "../../tools/lib/shell.js";
import { execIn } from "../support/container-exec.js";
import {
  deploy,
  distribution,
  npmRun,
  removeHandedOver,
  seal,
  settingsFile,
  stackOf,
  until,
} from "../support/environment.js";
import {
  startPostgresql,
  type PostgresqlServer,
} from "../support/environments/postgresql-server.js";
import { first, subnet } from "../support/environments/setup.js";

const second = "second";
/** An environment without PuppetDB and code from Git, as in the first version. */
const without = {
  // Memory for PuppetDB on the main server.
  ...{ subnet: "10.213.98.0/24", compilers: 1, memory: 4096 },
  puppetdb: { host: "none" },
  codeDeployment: { tool: "none" },
};
const beside = { ...without, puppetdb: { host: "main" }, codeDeployment: {} };

/** Its machines are handed over as existing servers. */
const handOver = (settings: string) => deploy(settings, second, "existing");

const onSecond = (host: string, command: readonly string[]) =>
  execIn(podmanNames.container(second, host), command);

const on = async (host: string, command: string): Promise<string> => {
  const { code, stdout, stderr } = await onSecond(host, ["sh", "-c", command]);
  if (code !== 0) throw new Error(`${host}: ${command}: exit code ${code}: ${stderr}${stdout}`);
  return stdout.trim();
};

/** Number of reports in the PuppetDB on the main server. */
const reports = async (): Promise<number> => {
  const ssl = "/var/lib/puppet/ssl";
  const name = "main.example.test";
  const answer = await on(
    "main",
    `curl --silent --fail --cacert ${ssl}/certs/ca.pem --cert ${ssl}/certs/${name}.pem --key ${ssl}/private_keys/${name}.pem --get --data-urlencode 'query=reports[count()] { }' https://${name}:8081/pdb/query/v4`,
  );
  return (JSON.parse(answer) as { count: number }[])[0]?.count ?? 0;
};

const agentRuns = async () => {
  const { code, stdout, stderr } = await runAgent({ environment: second, distribution }, "agent1");
  expect([0, 2], stdout + stderr).toContain(code);
  return compilerOf(stdout);
};

/** IDs of all containers: a different ID is a different machine. */
const containers = async () =>
  (
    await run([
      "podman",
      "ps",
      "--no-trunc",
      "--quiet",
      "--filter",
      `label=pulumi-puppet=${second}`,
    ])
  ).stdout;

describe("a second environment", () => {
  beforeAll(async () => {
    const { code, text, seconds } = await handOver(settingsFile(without));
    if (code !== 0) throw new Error(text);
    console.log(`a second environment, one compiler, no PuppetDB: ${seconds.toFixed(0)} s`);
  });

  afterAll(async () => {
    const { code, text } = await npmRun("stop", second);
    expect(code, text).toBe(0);
    await removeHandedOver(second);
    expect(await podman.containersOf(second)).toEqual([]);
    expect(await podman.networkExists(second)).toBe(false);
    expect(await stackOf(second).exists()).toBe(false);
    // The first environment also uses the image.
    expect((await run(["podman", "image", "exists", baseImage])).code).toBe(0);
    expect((await runAgent({ environment: first, distribution }, "agent1")).code).toBe(2);
  });

  it("runs alongside the first", async () => {
    expect(await agentRuns()).toBe("compiler1.example.test");
    const agent = await runAgent({ environment: first, distribution }, "agent1");
    expect(compilerOf(agent.stdout)).toMatch(/^compiler\d\.example\.test$/);
    expect(await on("compiler1", "ls /etc/puppet")).not.toContain("puppetdb.conf");
  });

  it("is rejected if its network is in use, before anything is created", async () => {
    const { code, text } = await npmRun("start", "third", settingsFile({ subnet }));
    expect(code).toBe(1);
    expect(text).toMatch(
      /puppet:containers\.subnet is "10\.213\.96\.0\/24", which overlaps with .*; use a different/,
    );
    expect(await stackOf("third").exists()).toBe(false);
  });

  it("adds PuppetDB on its main server and code from Git in place, and keeps code that others wrote", async () => {
    const before = await containers();
    const theirs = "/etc/puppet/code/environments/production/manifests/theirs.pp";
    await on("compiler1", `echo '# Somebody wrote this.' >${theirs}`);
    const refused = await handOver(settingsFile(beside));
    expect(refused.code).not.toBe(0);
    expect(refused.text).toMatch(
      /environments\/production on compiler1\.example\.test holds code that was not deployed; commit it to a source, move the folder away, and deploy again \(or set puppet:codeDeployment\.tool to none\)/,
    );
    expect(await on("compiler1", `cat ${theirs}`)).toBe("# Somebody wrote this.");
    await agentRuns();

    await on("compiler1", `rm ${theirs}`);
    const deployed = await handOver(settingsFile(beside));
    expect(deployed.code, deployed.text).toBe(0);
    console.log(`PuppetDB added in place in ${deployed.seconds.toFixed(0)} s`);
    expect(await containers()).toBe(before);
    expect(deployed.text).toMatch(/PuppetDB +https:\/\/main\.example\.test:8081/);
    expect(deployed.text).toMatch(/webhook +https:\/\/main\.example\.test:9000\/hooks\/code/);
    for (const host of ["main", "compiler1"]) {
      expect(await on(host, "readlink /etc/puppet/code/environments/production")).toMatch(
        /^\/var\/lib\/puppet-code\/published\/production\//,
      );
    }
    await agentRuns();
    await until("reports are there", async () => (await reports()) >= 2, 30);

    const again = await handOver(settingsFile(beside));
    expect(again.text).toMatch(/Resources:\n\s+\d+ unchanged\n/);
  });

  it("keeps all certificates when a comment behind a host key changes, or the key itself", async () => {
    const held = () =>
      on(
        "main",
        "cd /etc/puppet/puppetserver/ca && sha256sum signed/*.pem && openssl crl -in ca_crl.pem -noout -text | grep -c 'Serial Number' || true",
      );
    const [before, ids] = [await held(), await containers()];
    const file = join(stateFolder, `machines-${second}.json`);
    const keys = JSON.parse(readFileSync(file, "utf8")) as Record<string, KeyPair>;
    for (const [name, pair] of Object.entries(keys)) {
      if (name !== "login") pair.public = `${pair.public.trim()} of a new list\n`;
    }
    const made = await on(
      "compiler1",
      "ssh-keygen -q -t ed25519 -N '' -f /root/new && mv /root/new /etc/ssh/ssh_host_ed25519_key && systemctl restart ssh && cat /root/new.pub",
    );
    keys.compiler1 = { private: "", public: `${made}\n` };
    writeFileSync(file, JSON.stringify(keys), { mode: 0o600 });

    const looping = { going: true };
    const runs: number[] = [];
    const loop = (async () => {
      const agent = { environment: second, distribution } as const;
      while (looping.going) runs.push((await runAgent(agent, "agent1")).code);
    })();
    const { code, text } = await handOver(settingsFile(beside));
    looping.going = false;
    await loop;
    expect(code, text).toBe(0);
    expect(text).not.toContain("main-configuration-run");
    expect(await held()).toBe(before);
    expect(await containers()).toBe(ids);
    console.log(`${String(runs.length)} runs of an agent while host keys changed`);
    expect(runs.length).toBeGreaterThan(1);
    expect(runs.filter((code) => code !== 0 && code !== 2)).toEqual([]);
  });

  describe("with an existing PostgreSQL", () => {
    const passwords = { write: "w".repeat(20), read: "r".repeat(20) };
    let database: PostgresqlServer;
    let settings: string;
    const deployed = () => handOver(settings);

    beforeAll(async () => {
      database = await startPostgresql(second, passwords);
      const { server, caCertificate } = database;
      settings = settingsFile({ ...beside, postgresql: { server, caCertificate } });
      for (const [key, value] of [
        ["password", passwords.write],
        ["readPassword", passwords.read],
      ]) {
        await seal(settings, `postgresql.${key ?? ""}`, value ?? "", second);
      }
    });

    it("says what the administrator has to do, and keeps working", async () => {
      const before = await reports();
      const { code, text } = await deployed();
      expect(code).not.toBe(0);
      expect(text).toContain(
        "puppet:postgresql: the database puppetdb lacks pg_trgm; run CREATE EXTENSION pg_trgm in it",
      );
      expect(text).not.toContain(passwords.write);
      await agentRuns();
      await until("reports are stored", async () => (await reports()) > before, 30);
    });

    it("keeps its data there, over verified TLS, with a read-only role", async () => {
      await database.sql("CREATE EXTENSION pg_trgm;", "puppetdb");
      const { code, text } = await deployed();
      expect(code, text).toBe(0);
      await agentRuns();
      await until(
        "the report is in that database",
        async () => Number(await database.sql("SELECT count(*) FROM reports;", "puppetdb")) > 0,
        30,
      );
      expect(await reports()).toBeGreaterThan(0);
      const sessions = await database.sql(
        "SELECT DISTINCT usename, ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename LIKE 'puppetdb%' ORDER BY 1;",
      );
      expect(sessions).toBe("puppetdb|t\npuppetdb_read|t");
      expect(await on("main", "cat /etc/puppetdb/conf.d/database.ini")).toContain(
        `//${database.server}:5432/puppetdb?ssl=true&sslfactory=org.postgresql.ssl.LibPQFactory&sslmode=verify-full`,
      );
    });

    it("can be backed up and rehearsed with the same commands", async () => {
      const backup = await npmRun("backup", second);
      expect(backup.code, backup.text).toBe(0);
      const rehearsed = await npmRun("restore", "latest", second, "--rehearse");
      expect(rehearsed.code, rehearsed.text).toBe(0);
      expect(
        await database.sql("SELECT datname FROM pg_database WHERE datname ~ 'puppetdb_';"),
      ).toBe("");
    });

    it("does not connect if the server's certificate is from a different CA", async () => {
      await on(
        "database",
        "cd /etc/postgresql/*/main && openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=database.example.test -addext subjectAltName=DNS:database.example.test -keyout server.key -out server.crt 2>/dev/null && chown postgres: server.* && systemctl restart postgresql",
      );
      const check = await onSecond("main", ["puppetdb-database-check"]);
      expect(check.code).toBe(1);
      expect(check.stderr).toMatch(
        /puppet:postgresql: puppetdb cannot connect: .*certificate verify failed/,
      );
    });
  });

  it("runs without PuppetDB and deployed code when they are switched off; their data stays", async () => {
    const before = await containers();
    const { code, text } = await handOver(settingsFile(without));
    expect(code, text).toBe(0);
    expect(await containers()).toBe(before);
    const services = "puppetdb haproxy puppet-webhook puppet-webhook-proxy puppet-code-deploy.path";
    expect(await on("main", `systemctl is-active ${services} || true`)).toBe(
      services.replaceAll(/\S+/g, "inactive").replaceAll(" ", "\n"),
    );
    expect(await on("compiler1", "systemctl is-active puppet-code-sync.timer || true")).toBe(
      "inactive",
    );
    expect(await on("compiler1", "ls /etc/puppet")).not.toMatch(/puppetdb\.conf|routes\.yaml/);
    expect(await on("main", "ls -d /var/lib/postgresql/*/main")).not.toBe("");
    await agentRuns();
  });
});
