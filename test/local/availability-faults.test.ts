import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { joinAgents, type Agents } from "../../bench/agents/agents.js";
import { forget, join } from "../../bench/agents/join.js";
import { PuppetClient } from "../../bench/agents/puppet-client.js";
import { factsFrom } from "../../bench/agents/real-agent.js";
import { runAll, type RunRecord } from "../../bench/agents/runs.js";
import { SimulatedAgent } from "../../bench/agents/simulated-agent.js";
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

describe("200 agents at once", () => {
  const certnames = [1, 2, 3, 4].map((number) => `herd${String(number)}.example.test`);

  afterAll(() => forget(target, certnames));

  it("are all served: compilers have those come back later that they have no room for", async () => {
    const facts = await factsFrom(target, "agent1");
    const identities = await join(target, certnames);
    const runners = Array.from({ length: 50 }, () => identities)
      .flat()
      .map((identity) => {
        const { certname } = identity;
        const agent = new SimulatedAgent(certname, facts, () => new PuppetClient(target, identity));
        return { name: certname, real: false, run: () => agent.run() };
      });
    const runs = await runAll(runners, { seconds: 1800, runs: 1 });
    const retries = runs.map((run) => run.retries);
    const seconds = runs.map((run) => run.seconds);
    console.log(
      `200 agents at once: all done in ${Math.max(...seconds).toFixed(0)} s, ${String(failedOf(runs).length)} failed, told to come back ${String(retries.reduce((sum, one) => sum + one, 0))} times, one at most ${String(Math.max(...retries))} times`,
    );
    expect(runs).toHaveLength(200);
    expect(failedOf(runs)).toEqual([]);
    expect(retries.some((one) => one > 0)).toBe(true);
    expect(Math.max(...seconds)).toBeLessThan(1800);
  });
});
