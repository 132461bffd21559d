import { readFileSync } from "node:fs";
import { describe, expect, inject, it } from "vitest";
import { stateOf } from "./balancer.js";
import { environment, exec, npmRun, output, settingsFile, stackOf, until } from "./environment.js";

/** When a service last started. */
const startedAt = (host: string, service: string) =>
  output(host, `systemctl show --property ActiveEnterTimestampMonotonic --value ${service}`);

const services = () =>
  Promise.all([
    ...["main", "compiler1", "compiler2"].map((host) => startedAt(host, "puppetserver")),
    startedAt("balancer", "haproxy"),
    // PuppetDB is reloaded when a certificate is revoked; its process stays.
    startedAt("puppetdb", "puppetdb"),
    output("puppetdb", "systemctl show --property MainPID --value puppetdb"),
  ]);

describe("names that certificates carry", () => {
  it("cannot change under a running service: the change is refused, and undone by the old name", async () => {
    const before = await services();
    const stack = stackOf();
    await stack.prepare(readFileSync(settingsFile({ puppetServer: "other" }), "utf8"));
    const renamed = await stack.run([
      ...["up", "--yes", "--skip-preview", "--stack", environment],
      ...["--config-file", stack.stackFile],
    ]);
    expect(renamed.code).not.toBe(0);
    expect(renamed.stdout).toMatch(
      /compiler1\.example\.test: .*the certificate of compiler1\.example\.test was signed without some of other\.example\.test, other,/,
    );
    for (const compiler of ["compiler1", "compiler2"]) expect(await stateOf(compiler)).toBe("UP");
    await stack.prepare(readFileSync(inject("deployment").settings, "utf8"));
    const { code, text } = await npmRun("start", environment, inject("deployment").settings);
    expect(code, text).toBe(0);
    expect(await services()).toEqual(before);
  });

  it.each([{ subnet: "10.213.97.0/24" }, { domain: "other.test" }, { puppetServer: "other" }])(
    "nor may the containers be thrown away by %j",
    async (setting) => {
      const { code, text } = await npmRun("start", environment, settingsFile(setting));
      expect(code).toBe(1);
      expect(text).toMatch(
        /puppet:\S+ is ".*", but the environment was made with ".*" and would have to be made anew; write/,
      );
    },
  );
});

describe("the number of compilers", () => {
  it("grows by one that joins the pool, and restarts no other", async () => {
    const before = await services();
    const { code, text, seconds } = await npmRun(
      "start",
      environment,
      settingsFile({ compilers: 3 }),
    );
    expect(code, text).toBe(0);
    console.log(`a third compiler in ${seconds.toFixed(0)} s`);
    expect(await services()).toEqual(before);
    expect(text).not.toMatch(/(main|puppetdb|compiler[12])-configuration-run updat/);
    await until("compiler3 is up", async () => (await stateOf("compiler3")) === "UP", 30);
  });

  it("shrinks by one whose certificate is revoked, and restarts no other", async () => {
    const before = await services();
    const { code, text } = await npmRun("start", environment, inject("deployment").settings);
    expect(code, text).toBe(0);
    expect(await services()).toEqual(before);
    expect(await stateOf("compiler3")).toBe("absent");
    const signed = await output("main", "ls /etc/puppet/puppetserver/ca/signed");
    expect(signed).toContain("compiler2.example.test");
    expect(signed).not.toContain("compiler3");
    expect((await exec("compiler3", ["true"])).code).not.toBe(0);
  });
});
