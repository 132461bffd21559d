import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { joined, output, until } from "../support/environment.js";
import {
  loop,
  query,
  reported,
  serves,
  settled,
  systemctl,
  timedRun,
  timesReported,
  waitingOn,
} from "../support/local/puppetdb.js";

const agents = ["outage1", "outage2"];
const compilers = ["compiler1", "compiler2"];
const spool = "/var/lib/puppet-reports";
const longest = (seconds: readonly number[]) => Math.max(...seconds);
const waiting = async () => {
  const counts = await Promise.all(compilers.map(waitingOn));
  return counts.reduce((sum, count) => sum + count, 0);
};
const onCompilers = (command: string) =>
  Promise.all(compilers.map((compiler) => output(compiler, command)));
const nothingWaits = () =>
  until("the compilers have sent everything", async () => (await waiting()) === 0, 90);
/** The lines of a compiler's journal about an outage. */
const said = async (compiler: string, since: string) =>
  (await output(compiler, `journalctl --unit puppet-reports --since "${since}" --output cat`))
    .split("\n")
    .filter((line) => line.includes("PuppetDB takes"));

beforeAll(settled);

describe("agents without PuppetDB", () => {
  beforeAll(async () => {
    for (const agent of agents) await joined(agent);
  });
  afterAll(async () => {
    await output("puppetdb", "pkill --signal CONT --uid puppetdb java; systemctl start puppetdb");
  });

  it("keep running while it is stopped for a minute; every report is there once when it is back, and the newest facts", async () => {
    const usual = longest(await Promise.all(agents.map(timedRun)));
    await Promise.all(agents.map(reported));
    await nothingWaits();
    const since = await output("compiler1", "date '+%F %T'");
    const fact = (value: string) =>
      output(
        "outage1",
        `mkdir -p /etc/facter/facts.d; echo outage=${value} >/etc/facter/facts.d/o.txt`,
      );
    await systemctl("stop puppetdb");
    await fact("first");
    const running = loop(agents);
    // The duration of the outage: there is no condition to wait for.
    await pause(30_000);
    await output("compiler1", "systemctl kill --signal KILL puppet-reports");
    await output("compiler2", "systemctl restart puppet-reports");
    await fact("last");
    await pause(30_000);
    const runs = await running.end();
    const kept = await waiting();
    expect(
      await output("compiler1", `find ${spool} -type f ! -perm 600 -o -type d ! -perm 700`),
    ).toBe("");
    await onCompilers(`cp --archive ${spool}/puppetdb /var/tmp/again`);
    await systemctl("start puppetdb");
    await serves();
    const seconds = await nothingWaits();
    console.log(
      `${String(runs.length)} runs without PuppetDB, the longest ${longest(runs.map((run) => run.seconds)).toFixed(1)} s; usual ${usual.toFixed(1)} s; ${String(kept)} reports and facts that were kept were sent ${seconds.toFixed(1)} s after it was back`,
    );
    expect(runs.length).toBeGreaterThan(5);
    expect(kept).toBeGreaterThan(runs.length);
    await until(
      "PuppetDB has all reports",
      async () => !(await timesReported(runs)).includes(0),
      30,
    );
    const facts = await query<{ value: string }>(
      'facts[value] { certname = "outage1.example.test" and name = "outage" }',
    );
    expect(facts).toEqual([{ value: "last" }]);

    // As if all answers had been lost.
    await onCompilers(
      `mv /var/tmp/again ${spool}/unfinished/; mv ${spool}/unfinished/again/* ${spool}/puppetdb; rmdir ${spool}/unfinished/again`,
    );
    await nothingWaits();
    await Promise.all(agents.map(timedRun));
    // PuppetDB stores what it gets of a node in order.
    await Promise.all(agents.map(reported));
    expect(new Set(await timesReported(runs))).toEqual(new Set([1]));
    for (const compiler of compilers) {
      // One of each process that sent, and one when it was back.
      expect(await said(compiler, since)).toHaveLength(3);
      expect(JSON.parse(await output(compiler, "puppet-reports status"))).toMatchObject({
        puppetdb: { waiting: 0, bytes: 0, oldest: null, dropped: 0, last: [] },
      });
    }
  });

  it("do not notice that the compilers' own disks are full, and their reports arrive", async () => {
    await onCompilers(
      `systemctl stop puppet-reports; mount -t tmpfs -o size=16k,uid=$(id -u puppet),mode=0700 none ${spool}
runuser -u puppet -- sh -c 'cd ${spool}; mkdir puppetdb foreman unfinished asked; head -c 16384 /dev/zero >filler'`,
    );
    try {
      await timedRun("outage1");
      await reported("outage1");
    } finally {
      await onCompilers(`umount ${spool}; systemctl start puppet-reports`);
    }
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
