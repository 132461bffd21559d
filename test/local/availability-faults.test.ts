import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { joinAgents, type Agents } from "../../bench/agents/agents.js";
import type { RunRecord } from "../../bench/agents/runs.js";
import { targetOf, type Target } from "../../bench/agents/target.js";
import { output, stackOf, until } from "../support/environment.js";
import { stateOf } from "../support/local/balancer.js";

const hit = "compiler1";
const systemctl = (command: string) => output(hit, `systemctl ${command}`);
const isUp = (seconds: number) =>
  until(`${hit} is up`, async () => (await stateOf(hit)) === "UP", seconds);
const failedOf = (runs: readonly RunRecord[]) =>
  runs.filter(({ failure }) => failure !== undefined);

let target: Target;

beforeAll(async () => {
  target = await targetOf(stackOf());
});

describe("a compiler under running agents", () => {
  let agents: Agents;

  beforeAll(async () => {
    agents = await joinAgents(target, { simulated: 9, real: 1 });
  });
  afterEach(async () => {
    await systemctl("kill --signal=CONT --kill-whom=main puppetserver");
    await isUp(180);
  });
  afterAll(() => agents.remove());

  /** Lets all agents run until a fault is over, and some runs have begun and ended since it was `settled` seconds old. */
  async function runsAround(fault: () => Promise<unknown>, settled: number) {
    const over = new AbortController();
    const ended: RunRecord[] = [];
    const onRun = (run: RunRecord) => ended.push(run);
    const running = agents.run({ seconds: 600, signal: over.signal, onRun });
    await until("agents run", () => ended.length >= 10, 120);
    const began = Date.now();
    try {
      await fault();
      const after = () => ended.filter(({ start }) => start >= began + settled * 1000);
      await until("agents run again", () => after().length >= 10, 120);
    } finally {
      over.abort();
    }
    const runs = await running;
    const later = runs.filter(({ start }) => start >= began + settled * 1000);
    const [failed, longest] = [failedOf(runs), Math.max(...later.map(({ seconds }) => seconds))];
    console.log(
      `${String(runs.length)} runs, ${String(failed.length)} failed; of the ${String(later.length)} that began ${String(settled)} s after the fault or later, ${String(failedOf(later).length)}, the longest took ${longest.toFixed(1)} s`,
    );
    return { began, failed, later, longest };
  }

  it("that is killed costs only the runs in flight on it: none that began 3 s later", async () => {
    const { later } = await runsAround(() => systemctl("kill --signal=KILL puppetserver"), 3);
    expect(failedOf(later)).toEqual([]);
  });

  it("that is frozen costs no run that began 10 s later, and no agent waits for it long", async () => {
    const { began, failed, later, longest } = await runsAround(
      () => systemctl("kill --signal=STOP --kill-whom=main puppetserver"),
      10,
    );
    expect(failedOf(later)).toEqual([]);
    expect(longest).toBeLessThan(60);
    // At most 9 s until it is down, and 30 s more until its connections end.
    for (const { end } of failed) expect(end - began).toBeLessThan(60_000);
  });

  it("that pauses for 12 s is taken out of the pool, and costs no run", async () => {
    const { failed } = await runsAround(async () => {
      await systemctl("kill --signal=STOP --kill-whom=main puppetserver");
      await until(`${hit} is down`, async () => (await stateOf(hit)) === "DOWN", 15);
      // The duration of the pause: there is no condition to wait for.
      await pause(3000);
      await systemctl("kill --signal=CONT --kill-whom=main puppetserver");
    }, 0);
    expect(failed).toEqual([]);
  });

  it("whose start fails again and again serves by itself once the cause is gone", async () => {
    const defaults = "/etc/default/puppetserver";
    await output(hit, `mv ${defaults} ${defaults}.away; systemctl kill --signal=KILL puppetserver`);
    try {
      const restarts = async () =>
        Number(await systemctl("show --property NRestarts --value puppetserver"));
      const before = await restarts();
      // Beyond systemd's limit of five starts within ten seconds.
      await until("its start fails", async () => (await restarts()) >= before + 7, 60);
    } finally {
      await output(hit, `mv ${defaults}.away ${defaults}`);
    }
    console.log(`it serves ${(await isUp(120)).toFixed(0)} s after the cause is gone`);
  });
});
