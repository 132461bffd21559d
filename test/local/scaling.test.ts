import { describe, expect, inject, it } from "vitest";
import { stateOf } from "./balancer.js";
import { environment, exec, npmRun, output, settingsFile, until } from "./environment.js";

/** When a service last started. */
const startedAt = (host: string, service: string) =>
  output(host, `systemctl show --property ActiveEnterTimestampMonotonic --value ${service}`);

const services = () =>
  Promise.all([
    ...["main", "compiler1", "compiler2"].map((host) => startedAt(host, "puppetserver")),
    startedAt("balancer", "haproxy"),
  ]);

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
    expect(text).not.toMatch(/compiler[12]-configuration-run updat/);
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
