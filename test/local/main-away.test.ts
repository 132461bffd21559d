import { describe, expect, it, onTestFinished } from "vitest";
import { podmanNames } from "../../platforms/containers/names.js";
import { joinAgent, removeAgent } from "../../tools/lib/agents.js";
import { run } from "../../tools/lib/shell.js";
import { environment, exec, joined, output, until } from "../support/environment.js";
import { stateOf } from "../support/local/balancer.js";
import { commit, commitsOn, push } from "../support/local/code.js";
import { loop, timedRun } from "../support/local/puppetdb.js";

const podman = async (...words: readonly string[]) => {
  const { code, stderr } = await run(["podman", ...words]);
  if (code !== 0) throw new Error(`podman ${words.join(" ")}: ${stderr}`);
};
const container = (host: string) => podmanNames.container(environment, host);

/** A program that a timer runs, who runs it, how often in an hour, and what it keeps. */
interface Timed {
  readonly host: string;
  readonly user: string;
  readonly program: string;
  readonly times: number;
  readonly kept: string;
}

/** Every 15 s. */
const refresh = (host: string, user: string, program: string, kept: string): Timed => ({
  ...{ host, user, program, times: 240, kept },
});
/** Every 45 s. */
const sync = (host: string): Timed => ({
  ...{ host, user: "puppet-code", program: "puppet-code-sync", times: 80 },
  kept: "/var/lib/puppet-code/published.json",
});
const list = "/var/lib/puppet/ssl/crl.pem";
const timers = [
  refresh("compiler1", "puppet", "puppet-crl-refresh", list),
  refresh("balancer", "puppet", "haproxy-crl-refresh", list),
  refresh("puppetdb", "puppetdb", "puppetdb-crl-refresh", "/etc/puppetdb/ssl/crl/crl.pem"),
  sync("compiler1"),
];

/** All that a program keeps, and what lies beside it. */
const found = ({ host, kept }: Timed) =>
  output(host, `sha256sum ${kept}; ls -A "$(dirname ${kept})"`);

/** An hour's runs of a program, one after the other; each must fail, and leave everything as it is. */
async function hour(timed: Timed): Promise<void> {
  // Without the file of a run that has just begun.
  const before = (await found(timed)).replace(/^crl\.pem\.\w{6}\n/gm, "");
  const { host, user, program, times } = timed;
  const runs = await output(
    host,
    `failed=0; for run in $(seq ${String(times)}); do runuser -u ${user} -- env HOME=/var/lib/puppet-code /usr/local/sbin/${program} >/dev/null 2>&1 </dev/null || failed=$((failed + 1)); done; echo $failed`,
  );
  expect(`${program} on ${host} failed ${runs} times`).toBe(
    `${program} on ${host} failed ${String(times)} times`,
  );
  const same = async () => (await found(timed)) === before;
  await until(`${program} on ${host} leaves everything as it was`, same, 30);
}

/** Bytes of the journal that an hour of a unit's failures fills, from those until now. */
async function journalOf(host: string, unit: string, perHour: number): Promise<number> {
  const said = await output(
    host,
    `journalctl --unit ${unit} --since -1min --output export | wc -c; journalctl --unit ${unit} --since -1min --output cat | grep -c 'Failed with result' || true`,
  );
  const [bytes = 0, failures = 0] = said.split("\n").map(Number);
  return (bytes / Math.max(failures, 1)) * perHour;
}

describe("while the main server is away", () => {
  it("agents run, a compiler boots, and an hour's timers take nothing away; then what waited is done", async () => {
    for (const agent of ["agent1", "node1"]) await joined(agent);
    const address = await output(
      "compiler1",
      "getent ahostsv4 puppetca.example.test | awk '{ print $1; exit }'",
    );
    const commits = await commitsOn(["compiler1", "compiler2"]);
    const hosts = ["compiler1", "balancer", "puppetdb"];
    onTestFinished(async () => {
      await podman("start", container("main"));
      for (const host of hosts) await exec(host, ["ip", "route", "del", "unreachable", address]);
    });
    await podman("stop", "--time", "0", container("main"));

    // As an agent's daily refresh finds it.
    await output(
      "node1",
      "touch --date '2 days ago' /var/lib/puppet/ssl/crl.pem /var/lib/puppet/ssl/certs/ca.pem",
    );
    const agents = loop(["agent1", "node1"]);
    await podman("restart", "--time", "0", container("compiler2"));
    // So that no attempt waits for an answer.
    for (const host of hosts) await output(host, `ip route add unreachable ${address}`);
    await Promise.all(timers.map(hour));
    const seconds = await until(
      "compiler2 serves",
      async () => (await stateOf("compiler2")) === "UP",
      180,
    );
    const runs = await agents.end();
    console.log(
      `without the main server: ${String(runs.length)} runs, none failed; compiler2 is back ${seconds.toFixed(0)} s after an hour's timers`,
    );
    expect(await commitsOn(["compiler1", "compiler2"])).toEqual(commits);
    const hourly = await Promise.all([
      journalOf("compiler1", "puppet-crl-refresh", 240),
      journalOf("balancer", "haproxy-crl-refresh", 240),
      journalOf("compiler1", "puppet-code-sync", 80),
    ]);
    const mib = hourly.reduce((sum, bytes) => sum + bytes, 0) / 2 ** 20;
    console.log(`its absence fills ${mib.toFixed(1)} MiB of journals an hour`);
    expect(mib).toBeLessThan(5);
    // The lists outlast any outage that people take for one.
    const days = await output(
      "balancer",
      `for list in $(csplit --quiet --elide-empty-files --prefix /run/list. ${list} '/BEGIN/' '{*}'; echo /run/list.*); do date --date "$(openssl crl -noout -nextupdate -in $list | cut -d = -f 2)" +%s; done | sort -n | head -n 1; rm -f /run/list.*`,
    );
    expect((Number(days) * 1000 - Date.now()) / 86_400_000).toBeGreaterThan(30);

    for (const host of hosts) await output(host, `ip route del unreachable ${address}`);
    await podman("start", container("main"));
    const serves = "systemctl is-active --quiet puppetserver";
    await until(
      "the main server is back",
      async () => (await exec("main", ["sh", "-c", serves])).code === 0,
      180,
    );
    const agent = await joined("agent1");
    await joinAgent(agent, "later1");
    onTestFinished(() => removeAgent(agent, "later1"));
    await timedRun("later1");
    const pushed = (await commit("production", {})).slice(0, 12);
    await push("production");
    const servers = ["main", "compiler1", "compiler2"];
    await until(
      "the push is everywhere",
      async () => (await commitsOn(servers)).every((one) => one === pushed),
      90,
    );
  });
});
