import { readFileSync } from "node:fs";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { podmanNames } from "../../platforms/containers/names.js";
import { run } from "../../tools/lib/shell.js";
import { stateOf, watchPool } from "../support/local/balancer.js";
import { commitsOn } from "../support/local/code.js";
import { keptConnection } from "../support/local/kept-connection.js";
import { curl, loop, readersUrl, url } from "../support/local/puppetdb.js";
import { measurePushes } from "../support/local/push-time.js";
import {
  deploy,
  environment,
  exec,
  handed,
  joined,
  output,
  outputs,
  settingsFile,
  stackOf,
  startDeployment,
  until,
} from "../support/environment.js";

/** When a service last started. */
const startedAt = (host: string, service: string) =>
  output(host, `systemctl show --property ActiveEnterTimestampMonotonic --value ${service}`);

/** When the services of the environment last started, with those of some compilers. */
const services = (...compilers: readonly string[]) =>
  Promise.all([
    ...["main", ...compilers].map((host) => startedAt(host, "puppetserver")),
    startedAt("balancer", "haproxy"),
    // PuppetDB reloads after a revocation, but its process stays.
    startedAt("puppetdb", "puppetdb"),
    output("puppetdb", "systemctl show --property MainPID --value puppetdb"),
  ]);

const replaced = ["compiler1", "compiler3", "compiler4"];
const containerOf = (host: string) => podmanNames.container(environment, host);
const cadir = "/etc/puppet/puppetserver/ca";
const ssldir = "/var/lib/puppet/ssl";
const signed = () => output("main", `ls ${cadir}/signed`);
const credentials = (host: string) =>
  output(
    host,
    `cat ${ssldir}/certs/${host}.example.test.pem ${ssldir}/private_keys/${host}.example.test.pem`,
  );

/** Stores facts, as if its own agent had run. */
async function knownToPuppetdb(host: string): Promise<void> {
  const certname = `${host}.example.test`;
  const facts = {
    ...{ certname, environment: "production", producer: certname, values: {} },
    producer_timestamp: new Date().toISOString(),
  };
  await output(
    host,
    curl(
      host,
      `--fail --output /dev/null --json @- '${url}/pdb/cmd/v1?command=replace_facts&version=5&certname=${certname}&secondsToWaitForCompletion=30'`,
    ),
    JSON.stringify(facts),
  );
  expect(await puppetdbNode(host)).toMatchObject({ deactivated: null });
}

/** What PuppetDB has of a host. */
const puppetdbNode = async (host: string) =>
  JSON.parse(
    await output("compiler1", curl("compiler1", `${url}/pdb/query/v4/nodes/${host}.example.test`)),
  ) as unknown;

/** Whether a service refuses the removed compiler's certificate with an alert of TLS. */
const refusal = (address: string) => async () => {
  const { code } = await exec("node1", [
    ...["curl", "--silent", "--output", "/dev/null", "--max-time", "60"],
    ...["--cacert", `${ssldir}/certs/ca.pem`, "--cert", "/run/former.pem", address],
  ]);
  return code === 35 || code === 56;
};

/** Who refuses the removed compiler's certificate; the load balancer would, if it were a server of the pool. */
const doors: Readonly<Record<string, () => Promise<boolean>>> = {
  CA: refusal("https://puppetca.example.test:8140/puppet-ca/v1/certificate/ca"),
  compiler1: refusal("https://compiler1.example.test:8140/puppet/v3/environments"),
  PuppetDB: refusal(`${url}/pdb/meta/v1/version`),
  "PuppetDB's readers": refusal(`${readersUrl}/pdb/meta/v1/version`),
  balancer: async () => {
    const serial = await output("node1", "openssl x509 -noout -serial -in /run/former.pem");
    const list = await output(
      "balancer",
      "echo 'show ssl crl-file /etc/haproxy/puppet-crl.pem' | socat - UNIX-CONNECT:/run/haproxy/admin.sock",
    );
    return list.includes(serial.replace("serial=", ""));
  },
};

describe("names in certificates", () => {
  it("cannot change under a running service: the change is rejected, and undone with the old name", async () => {
    const before = await services("compiler1", "compiler2");
    // A deployment waits for an existing server until it resolves the names of the services.
    const { hosts } = await outputs();
    const alias = `${hosts.balancer?.address ?? ""} other.example.test`;
    onTestFinished(async () => {
      // A container's file is mounted, so it cannot be replaced.
      const forget = `sed '/ other\\.example\\.test$/d' /etc/hosts >/run/hosts && cat /run/hosts >/etc/hosts`;
      for (const host of Object.keys(hosts)) await output(host, forget);
    });
    for (const host of Object.keys(hosts)) await output(host, `echo ${alias} >>/etc/hosts`);
    const stack = stackOf();
    const kept = readFileSync(stack.stackFile, "utf8");
    const other = kept.replace(/^( *puppet:puppetServer:) .*$/m, "$1 other");
    expect(other).not.toBe(kept);
    onTestFinished(() => stack.prepare(kept));
    await stack.prepare(other);
    const renamed = await stack.run([
      ...["up", "--yes", "--skip-preview", "--stack", environment],
      ...["--config-file", stack.stackFile],
    ]);
    expect(renamed.code).not.toBe(0);
    expect(renamed.stdout).toMatch(
      // The first to have its turn.
      /(compiler\d\.example\.test): .*the certificate of \1 was signed without some of other\.example\.test, other;/,
    );
    for (const compiler of ["compiler1", "compiler2"]) expect(await stateOf(compiler)).toBe("UP");
    await stack.prepare(kept);
    const { code, text } = await deploy(inject("deployment").settings);
    expect(code, text).toBe(0);
    expect(await services("compiler1", "compiler2")).toEqual(before);
  });

  it
    .skipIf(handed)
    .each([{ subnet: "10.213.97.0/24" }, { domain: "other.test" }, { puppetServer: "other" }])(
    "nor may %j replace the containers",
    async (setting) => {
      const { code, text } = await deploy(settingsFile(setting));
      expect(code).toBe(1);
      expect(text).toMatch(
        /puppet:\S+ is ".*", but the environment was created with ".*" and would have to be recreated; write/,
      );
    },
  );
});

describe("compilers", () => {
  it("are replaced: new ones join with the latest code, then one leaves, and no others restart", async () => {
    for (const agent of ["agent1", "node1"]) await joined(agent);
    const before = await services("compiler1");
    const [pool, agents] = [watchPool(), loop(["agent1", "node1"])];
    const { code, text, seconds } = await deploy(settingsFile({ compilers: replaced }));
    expect(code, text).toBe(0);
    const [least, runs] = [await pool.end(), await agents.end()];
    console.log(
      `two more compilers and one less in ${seconds.toFixed(0)} s: ${String(runs.length)} runs meanwhile, none failed; never fewer than ${String(least)} compilers`,
    );
    expect(least).toBeGreaterThanOrEqual(2);
    expect(await services("compiler1")).toEqual(before);
    expect(text).not.toMatch(/compiler1-configuration-run updat/);
    // The load balancer adds them once they have the code.
    const hasCode = text.indexOf("compiler3-code-run created");
    expect(hasCode).toBeGreaterThan(-1);
    expect(text.indexOf("balancer-configuration-run updated")).toBeGreaterThan(hasCode);
    const [main, ...added] = await commitsOn(["main", "compiler3", "compiler4"]);
    expect(added).toEqual([main, main]);
    for (const compiler of ["compiler3", "compiler4"]) {
      await until(`${compiler} is up`, async () => (await stateOf(compiler)) === "UP", 30);
    }
    expect(await stateOf("compiler2")).toBe("absent");
  });

  it("hardly affect the time of a push", async () => {
    await measurePushes(replaced);
  });

  it("leave when their connections have ended, or when they are dead, and their names can be used again", async () => {
    const before = await services("compiler1");
    await joined("node2");
    await knownToPuppetdb("compiler3");
    await output("node1", "cat >/run/former.pem", await credentials("compiler3"));
    const kept = await keptConnection("node2", "compiler3");
    if (!handed) await run(["podman", "rm", "--force", "--time", "0", containerOf("compiler4")]);
    else await run(["podman", "stop", "--time", "0", containerOf("compiler4")]);
    const [pool, agents] = [watchPool(), loop(["agent1"])];
    const deployment = startDeployment(inject("deployment").settings);
    await deployment.says("has left the pool: waiting until its connections end", 600);
    // What the connection needs is there.
    expect(await stateOf("compiler3")).toBe("absent");
    expect(await signed()).toContain("compiler3.example.test.pem");
    const asked = await kept.end();
    expect(await deployment.ended, deployment.said()).toBe(0);
    const [least, runs] = [await pool.end(), await agents.end()];
    const revoked = Number(await output("main", `stat --format %Y ${cadir}/ca_crl.pem`)) * 1000;
    console.log(
      `compiler3 answered ${String(asked)} requests until it left; ${String(runs.length)} runs, none failed; never fewer than ${String(least)} compilers`,
    );
    expect(least).toBeGreaterThanOrEqual(2);
    expect(await services("compiler1")).toEqual(before);
    for (const compiler of ["compiler3", "compiler4"]) {
      expect(await signed()).not.toContain(compiler);
      expect((await exec(compiler, ["true"])).code).not.toBe(0);
    }
    expect(await signed()).toContain("compiler2.example.test.pem");
    await until("compiler2 is up", async () => (await stateOf("compiler2")) === "UP", 30);
    const waits = await Promise.all(
      Object.entries(doors).map(async ([door, refuses]) => {
        await until(`${door} refuses compiler3`, refuses, 60);
        return `${door} ${((Date.now() - revoked) / 1000).toFixed(1)} s`;
      }),
    );
    console.log(`a removed compiler's certificate is refused after: ${waits.join(", ")}`);
    expect(Date.now() - revoked).toBeLessThan(60_000);
    expect(await puppetdbNode("compiler3")).toMatchObject({
      deactivated: expect.any(String) as string,
    });
    // Those of compiler1 and compiler2.
    expect(await output("main", "grep -c rrsync /etc/puppet-code/.ssh/authorized_keys")).toBe("2");
  });
});
