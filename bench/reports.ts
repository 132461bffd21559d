import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { columns } from "../tools/lib/columns.js";
import { exec } from "../tools/lib/podman.js";
import { Problem } from "../tools/lib/problem.js";
import { reportsFolder, reportsService } from "../templates/reports/reports.js";
import { joinAgents } from "./agents/agents.js";
import type { RunRecord } from "./agents/runs.js";
import type { Target } from "./agents/target.js";
import { percentile } from "./percentile.js";

/** Simulated agents that run beside and during the measurement, and the seconds beside. */
const [agentCount, quiet] = [6, 40];
/** Seconds after which it is given up. */
const deadline = 3600;

/**
 * How long a compiler takes to send reports that have waited, and what agents notice. The reports stay in the trial
 * environment's PuppetDB, of nodes `waited1` to `waited1000`, until they are too old.
 *
 * @param compiler name of the compiler on which they wait
 * @throws Problem if they are not sent
 */
export async function measureReports(
  target: Target,
  compiler: string,
  puppetdb: string,
  count: number,
): Promise<string> {
  const on = async (host: string, command: string, stdin?: string) => {
    const words = ["sh", "-c", command];
    const { code, stdout, stderr } = await exec(target.agent.environment, host, words, { stdin });
    if (code !== 0) throw new Problem(`${host}: ${command} failed: ${stderr.trim()}`);
    return stdout.trim();
  };
  const waiting = async () => Number(await on(compiler, `ls ${reportsFolder}/puppetdb | wc -l`));
  const processor = async () => Number(await on(puppetdb, "ps -C java -o cputimes= | head -n 1"));
  const agents = await joinAgents(target, { simulated: agentCount, real: 0 });
  try {
    const beside = await agents.run({ seconds: quiet });
    await on(compiler, `systemctl stop ${reportsService}`);
    const program = readFileSync(new URL("waiting-reports.rb", import.meta.url), "utf8");
    const ruby = `runuser -u "$(stat --format %U ${reportsFolder})" -- ruby - ${String(count)}`;
    const bytes = Number(await on(compiler, ruby, program));
    const sent = new AbortController();
    const running = agents.run({ seconds: deadline, signal: sent.signal });
    const [began, before] = [Date.now(), await processor()];
    const seconds = () => (Date.now() - began) / 1000;
    await on(compiler, `systemctl start ${reportsService}`);
    // Those of the agents keep coming.
    while ((await waiting()) > agentCount) {
      if (seconds() > deadline) throw new Problem(`not sent within ${String(deadline)} s`);
      await pause(500);
    }
    const [took, used] = [seconds(), (await processor()) - before];
    const memory = await on(
      compiler,
      `sed -n 's/^VmHWM:\\s*\\([0-9]*\\) kB/\\1/p' /proc/$(systemctl show --property MainPID --value ${reportsService})/status`,
    );
    sent.abort();
    const meanwhile = await running;
    return columns([
      ["reports", `${String(count)} of ${(bytes / count / 1024).toFixed(1)} KiB as they are kept`],
      ["sent after", `${took.toFixed(0)} s, ${(count / took).toFixed(0)} a second`],
      ["memory of the sender", `at most ${(Number(memory) / 1024).toFixed(0)} MiB`],
      ["PuppetDB's processor", `${((used / took) * 100).toFixed(0)} % of a core meanwhile`],
      ["agents beside", described(beside)],
      ["agents meanwhile", described(meanwhile)],
    ]).join("\n");
  } finally {
    await on(compiler, `systemctl start ${reportsService}`);
    await agents.remove();
  }
}

function described(runs: readonly RunRecord[]): string {
  const took = runs.map((run) => run.seconds);
  const failed = runs.filter(({ failure }) => failure !== undefined).length;
  const [p50 = 0, p99 = 0] = [0.5, 0.99].map((part) => percentile(took, part));
  return `${String(runs.length)} runs, ${String(failed)} failed, p50 ${p50.toFixed(2)} s, p99 ${p99.toFixed(2)} s`;
}
