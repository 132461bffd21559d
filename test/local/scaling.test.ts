import { readFileSync } from "node:fs";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { stateOf } from "../support/local/balancer.js";
import { commitsOn } from "../support/local/code.js";
import { measurePushes } from "../support/local/push-time.js";
import {
  deploy,
  environment,
  exec,
  handed,
  output,
  outputs,
  settingsFile,
  stackOf,
  until,
} from "../support/environment.js";

/** When a service last started. */
const startedAt = (host: string, service: string) =>
  output(host, `systemctl show --property ActiveEnterTimestampMonotonic --value ${service}`);

const services = () =>
  Promise.all([
    ...["main", "compiler1", "compiler2"].map((host) => startedAt(host, "puppetserver")),
    startedAt("balancer", "haproxy"),
    // PuppetDB reloads after a revocation, but its process stays.
    startedAt("puppetdb", "puppetdb"),
    output("puppetdb", "systemctl show --property MainPID --value puppetdb"),
  ]);

describe("names in certificates", () => {
  it("cannot change under a running service: the change is rejected, and undone with the old name", async () => {
    const before = await services();
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
    await stack.prepare(other);
    const renamed = await stack.run([
      ...["up", "--yes", "--skip-preview", "--stack", environment],
      ...["--config-file", stack.stackFile],
    ]);
    expect(renamed.code).not.toBe(0);
    expect(renamed.stdout).toMatch(
      /compiler1\.example\.test: .*the certificate of compiler1\.example\.test was signed without some of other\.example\.test, other;/,
    );
    for (const compiler of ["compiler1", "compiler2"]) expect(await stateOf(compiler)).toBe("UP");
    await stack.prepare(kept);
    const { code, text } = await deploy(inject("deployment").settings);
    expect(code, text).toBe(0);
    expect(await services()).toEqual(before);
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

describe("the number of compilers", () => {
  it("grows by two, which join the pool with the latest code, and restarts no others", async () => {
    const before = await services();
    const { code, text, seconds } = await deploy(settingsFile({ compilers: 4 }));
    expect(code, text).toBe(0);
    console.log(`two more compilers in ${seconds.toFixed(0)} s`);
    expect(await services()).toEqual(before);
    // The names in a list are arbitrary; those of a count are known in advance.
    const others = handed ? "compiler[12]" : "(main|puppetdb|compiler[12])";
    expect(text).not.toMatch(new RegExp(`${others}-configuration-run updat`));
    // The load balancer adds them once they have the code.
    const hasCode = text.indexOf("compiler3-code-run created");
    expect(hasCode).toBeGreaterThan(-1);
    expect(text.indexOf("balancer-configuration-run updated")).toBeGreaterThan(hasCode);
    const [main, ...added] = await commitsOn(["main", "compiler3", "compiler4"]);
    expect(added).toEqual([main, main]);
    for (const compiler of ["compiler3", "compiler4"]) {
      await until(`${compiler} is up`, async () => (await stateOf(compiler)) === "UP", 30);
    }
  });

  it("hardly affects the time of a push", async () => {
    await measurePushes(["compiler1", "compiler2", "compiler3", "compiler4"]);
  });

  it("shrinks, revokes the certificates of removed compilers, and restarts no others", async () => {
    const before = await services();
    const { code, text } = await deploy(inject("deployment").settings);
    expect(code, text).toBe(0);
    expect(await services()).toEqual(before);
    expect(await stateOf("compiler3")).toBe("absent");
    const signed = await output("main", "ls /etc/puppet/puppetserver/ca/signed");
    expect(signed).toContain("compiler2.example.test");
    for (const compiler of ["compiler3", "compiler4"]) {
      expect(signed).not.toContain(compiler);
      expect((await exec(compiler, ["true"])).code).not.toBe(0);
    }
  });
});
