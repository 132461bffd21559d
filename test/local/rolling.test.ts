import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { joinAgents, type Agents } from "../../bench/agents/agents.js";
import type { RunRecord } from "../../bench/agents/runs.js";
import { targetOf } from "../../bench/agents/target.js";
import { percentile } from "../../bench/percentile.js";
import { stateOf } from "../support/local/balancer.js";
import {
  deploy,
  environment,
  exec,
  npmRun,
  output,
  settingsFile,
  stackOf,
  startDeployment,
  until,
} from "../support/environment.js";

const compilers = ["compiler1", "compiler2"];

/** Has Puppet Server on a host refuse to start with a heap, as if the host had too little memory for it. */
async function refuse(host: string, heap: number): Promise<void> {
  const folder = "/run/systemd/system/puppetserver.service.d";
  const check = `ExecStartPre=/bin/sh -c '! grep -q Xmx${String(heap)}m /etc/default/puppetserver || { echo too little memory for a heap of ${String(heap)} MiB; exit 1; }'`;
  const unit = `[Service]\n${check}\n`;
  await output(
    host,
    `mkdir -p ${folder}; cat >${folder}/refuse.conf; systemctl daemon-reload`,
    unit,
  );
  onTestFinished(async () => {
    await output(host, `rm -f ${folder}/refuse.conf; systemctl daemon-reload`);
  });
}

/** When Puppet Server on each compiler last started. */
const started = () =>
  Promise.all(
    compilers.map((host) =>
      output(host, "systemctl show --property ActiveEnterTimestampMonotonic --value puppetserver"),
    ),
  );

/** Seconds that the steps of a change took on a compiler: to drain it, to restart Puppet Server, and to warm that up. */
async function phases(host: string, said: string): Promise<number[]> {
  const [, drain = ""] =
    new RegExp(`${host}-configuration-run.*no agent is connected, after ([\\d.]+) s`).exec(said) ??
    [];
  const times = await output(
    host,
    `systemctl show --property ActiveExitTimestampMonotonic --property ActiveEnterTimestampMonotonic puppetserver | sort -r | cut -d = -f 2
journalctl --unit puppet-warm-up --output cat | sed -n 's/.* catalogs compile, after \\([0-9.]*\\) s$/\\1/p' | tail -n 1`,
  );
  const [stopped = 0, serves = 0, warm = 0] = times.split("\n").map(Number);
  return [Number(drain), (serves - stopped) / 1e6, warm];
}

/** Whether the load balancer sends a compiler no new agents. */
const isDrained = async (host: string) => (await stateOf(host)).startsWith("DRAIN");

const heapOf = (host: string) =>
  output(host, "sed -n 's/.*-Xmx\\([0-9]*\\)m.*/\\1/p' /etc/default/puppetserver");

describe("a change that restarts compilers, while agents run", () => {
  let agents: Agents;

  beforeAll(async () => {
    // As Debian mounts it on a virtual machine.
    for (const host of compilers) await output(host, "mount -o remount,noexec /run");
    agents = await joinAgents(await targetOf(stackOf()), { simulated: 2, real: 1 });
  });
  afterAll(async () => {
    await agents.remove();
  });

  /** Lets agents run while something is done; fails if one of their runs does. */
  async function withAgents<T>(what: () => Promise<T>): Promise<{ result: T; runs: RunRecord[] }> {
    const over = new AbortController();
    const running = agents.run({ seconds: 900, signal: over.signal });
    const result = await what().finally(() => {
      over.abort();
    });
    const runs = await running;
    expect(runs.filter(({ failure }) => failure !== undefined)).toEqual([]);
    expect(runs.length).toBeGreaterThan(10);
    return { result, runs };
  }

  it("is taken back where it fails, and stops there; then it goes on from where an end by force left it", async () => {
    const heap = 1020;
    const before = await started();
    for (const host of compilers) await refuse(host, heap);
    const settings = settingsFile({ compiler: { heap } });
    const { result } = await withAgents(() => deploy(settings));
    expect(result.code).not.toBe(0);
    // One of them tried, and is back; the other one has not been touched.
    const [, failed = ""] =
      /(compiler\d)\.example\.test: .*; it is back at its state before/.exec(result.text) ?? [];
    const other = compilers.find((name) => name !== failed) ?? "";
    expect(result.text).toContain(`too little memory for a heap of ${String(heap)} MiB`);
    expect(result.text).toContain(
      `${other} was not changed, and serves with what it has: the change of ${failed} failed.`,
    );
    const after = await started();
    expect(after[compilers.indexOf(other)]).toBe(before[compilers.indexOf(other)]);
    for (const host of compilers) {
      expect(await heapOf(host)).not.toBe(String(heap));
      await until(`${host} is up`, async () => (await stateOf(host)) === "UP", 30);
      await output(
        host,
        "rm -f /run/systemd/system/puppetserver.service.d/refuse.conf; systemctl daemon-reload",
      );
    }

    await withAgents(async () => {
      const killed = startDeployment(settings);
      await killed.says("takes no new agents", 300);
      process.kill(-killed.pid, "SIGKILL");
      await killed.ended;
      const again = await deploy(settings);
      expect(again.code, again.text).toBe(0);
    });
    for (const host of compilers) {
      expect(await heapOf(host)).toBe(String(heap));
      expect(await stateOf(host)).toBe("UP");
    }
  });

  it("goes from one compiler to the next, and no run fails", async () => {
    const quiet = await agents.run({ seconds: 20 });
    const { result, runs } = await withAgents(() => deploy(inject("deployment").settings));
    expect(result.code, result.text).toBe(0);
    const order = [
      ...result.text.matchAll(
        /(compiler\d)-configuration-run.*; (takes (?:no new agents|agents again))/g,
      ),
    ];
    const steps = order.map(([, name = "", step = ""]) => `${name} ${step}`);
    const first = steps[0]?.split(" ")[0] ?? "";
    const second = compilers.find((name) => name !== first) ?? "";
    expect([...new Set(steps)]).toEqual(
      [first, second].flatMap((name) => [
        `${name} takes no new agents`,
        `${name} takes agents again`,
      ]),
    );
    const took = await Promise.all(compilers.map((host) => phases(host, result.text)));
    for (const seconds of took.flat()) expect(seconds).toBeGreaterThan(0);
    const sum = took.flat().reduce((one, other) => one + other);
    console.log(
      `seconds to drain, restart and warm up each: ${took.map((each) => each.map((one) => one.toFixed(1)).join(", ")).join("; ")}; all of it took ${(result.seconds / sum).toFixed(2)} times as long`,
    );
    const [p99, beside] = [runs, quiet].map((of) =>
      percentile(
        of.map(({ seconds }) => seconds),
        0.99,
      ),
    );
    console.log(
      `a heap of two compilers: ${result.seconds.toFixed(0)} s, ${String(runs.length)} runs, none failed; p99 ${(p99 ?? 0).toFixed(1)} s, beside it ${(beside ?? 0).toFixed(1)} s`,
    );
  });
});

describe("a compiler that is drained", () => {
  it("stays so over restarts of the load balancer and of its own, until it is told otherwise", async () => {
    onTestFinished(async () => {
      for (const host of compilers) await output(host, "puppet-pool ready");
    });
    const drained = await npmRun("drain", "compiler2", environment);
    expect(drained).toMatchObject({
      code: 0,
      text: expect.stringContaining("no agent is connected") as string,
    });
    expect(await isDrained("compiler2")).toBe(true);
    await output("balancer", "systemctl restart haproxy");
    expect(await isDrained("compiler2")).toBe(true);
    await output("compiler2", "systemctl restart puppetserver");
    await until(
      "compiler2 has warmed up",
      async () => (await exec("compiler2", ["test", "-e", "/run/puppet-warm-up/done"])).code === 0,
      120,
    );
    await until("compiler2 is checked again", () => isDrained("compiler2"), 30);

    const last = await npmRun("drain", "compiler1", environment);
    expect(last.text).toContain(
      "No other compiler takes agents, so compiler1 goes on serving until one does.",
    );
    const run = await exec("agent1", ["puppet", "agent", "--test", "--waitforlock", "1"]);
    expect([0, 2]).toContain(run.code);

    for (const name of compilers) {
      expect((await npmRun("ready", name, environment)).code).toBe(0);
      await until(`${name} is up`, async () => (await stateOf(name)) === "UP", 30);
    }
  });

  it("is named among those that there are, if it is none", async () => {
    const none = await npmRun("drain", "compiler9", environment);
    expect(none).toMatchObject({ code: 1 });
    expect(none.text).toContain(
      `${environment} has no compiler compiler9; write npm run drain -- NAME ${environment} with one of compiler1, compiler2.`,
    );
  });
});
