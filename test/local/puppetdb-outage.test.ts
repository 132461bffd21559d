import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { joined, output } from "../support/environment.js";
import {
  loop,
  reported,
  reportsOf,
  serves,
  settled,
  systemctl,
  timedRun,
} from "../support/local/puppetdb.js";

const agents = ["outage1", "outage2"];
const longest = (seconds: readonly number[]) => Math.max(...seconds);

beforeAll(settled);

describe("agents without PuppetDB", () => {
  beforeAll(async () => {
    for (const agent of agents) await joined(agent);
  });
  afterAll(async () => {
    await output("puppetdb", "pkill --signal CONT --uid puppetdb java; systemctl start puppetdb");
  });

  it("keep running while it is stopped for a minute, and report again when it is back", async () => {
    const usual = longest(await Promise.all(agents.map(timedRun)));
    await Promise.all(agents.map(reported));
    await systemctl("stop puppetdb");
    const running = loop(agents);
    // The duration of the outage: there is no condition to wait for.
    await pause(60_000);
    const seconds = await running.end();
    await systemctl("start puppetdb");
    await serves();
    console.log(
      `${String(seconds.length)} runs without PuppetDB, the longest ${longest(seconds).toFixed(1)} s; usual ${usual.toFixed(1)} s`,
    );
    expect(seconds.length).toBeGreaterThan(5);

    const before = await Promise.all(agents.map(reportsOf));
    await Promise.all(agents.map(timedRun));
    await Promise.all(agents.map(reported));
    expect(await Promise.all(agents.map(reportsOf))).toEqual(before.map((count) => count + 1));
  });

  it("take at most a minute longer while it is frozen", async () => {
    const usual = longest(await Promise.all(agents.map(timedRun)));
    await output("puppetdb", "pkill --signal STOP --uid puppetdb java");
    const seconds = await Promise.all(agents.map(timedRun));
    await output("puppetdb", "pkill --signal CONT --uid puppetdb java");
    console.log(
      `with a frozen PuppetDB: ${seconds.map((one) => one.toFixed(1)).join(" and ")} s; usual ${usual.toFixed(1)} s`,
    );
    // It did hang, otherwise this would prove nothing.
    expect(Math.min(...seconds)).toBeGreaterThan(usual + 5);
    expect(longest(seconds)).toBeLessThan(usual + 60);

    await serves();
    await timedRun("outage1");
    await reported("outage1");
  });
});
