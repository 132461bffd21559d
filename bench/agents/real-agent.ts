import { distributions } from "../../distributions/index.js";
import { compilerOf, joinAgent } from "../../tools/lib/agents.js";
import { exec } from "../../tools/lib/podman.js";
import { Problem } from "../../tools/lib/problem.js";
import type { Facts } from "./facts.js";
import type { RunEnd, Runner } from "./runs.js";
import type { Target } from "./target.js";

/** Seconds after which a run of a real agent counts as lost: as long as it may wait for a busy server. */
const deadline = 1800;

/** Where a run leaves its report. */
const report = "/run/last_run_report.yaml";

/** One run as the agent's service does it, but at once. */
const once = [
  ...["agent", "--onetime", "--no-daemonize", "--no-splay", "--detailed-exitcodes"],
  ...["--verbose", "--logdest", "console", "--color=false"],
  ...["--waitforlock", "1", "--maxwaitforlock", "120", "--lastrunreport", report],
] as const;

/** Runs a command, and shows which run it was. */
const shown = `rm -f ${report}; "$@"; code=$?; grep ^transaction_uuid: ${report}; exit $code`;

/**
 * Creates a container with a real agent, which runs only when it is told to.
 *
 * @param name host name, without the domain
 */
export async function realAgent(target: Target, name: string): Promise<Runner> {
  const { agent, addresses } = target;
  const { paths, services } = distributions[agent.distribution];
  await joinAgent(agent, name);
  // As in a site's DNS, which answers always; Podman's is away for a moment whenever a container starts or stops.
  const hosts = [...addresses].map(([service, address]) => `${address} ${service}\n`).join("");
  const prepared = `systemctl disable --now --quiet ${services.agent} && cat >>/etc/hosts`;
  const { code, stderr } = await exec(agent.environment, name, ["sh", "-c", prepared], {
    stdin: hosts,
  });
  if (code !== 0) throw new Problem(`${name} could not be prepared: ${stderr.trim()}`);
  return {
    name: `${name}.${agent.domain}`,
    real: true,
    run: async () => {
      const limited = ["timeout", "-k", "10", String(deadline), paths.puppet, ...once];
      const command = ["sh", "-c", shown, "sh", ...limited];
      const { code, stdout, stderr } = await exec(agent.environment, name, command, {
        apart: true,
      });
      return endOf(code, `${stdout}${stderr}`);
    },
  };
}

/** The facts that a real agent sends. */
export async function factsFrom({ agent }: Target, name: string): Promise<Facts> {
  const { puppet } = distributions[agent.distribution].paths;
  const find = [puppet, "facts", "find", `${name}.${agent.domain}`, "--render-as", "json"];
  const { code, stdout, stderr } = await exec(agent.environment, name, find);
  if (code !== 0) throw new Problem(`${name} could not find its facts: ${stderr.trim()}`);
  return JSON.parse(stdout.slice(stdout.indexOf("{"))) as Facts;
}

/** What a failed run says that ends as if it were none: with a report lost, or with the last catalog again. */
const lost =
  /^(?:Error|Warning): .*(?:Could not send report|Could not retrieve catalog|Failed to apply).*$/m;

/** How a run of `puppet agent --detailed-exitcodes` ended, by its exit code and what it said. */
export function endOf(code: number, said: string): RunEnd {
  const [reason] = lost.exec(said) ?? [];
  const [error = `exit code ${String(code)}`] = /^Error: .*$/m.exec(said) ?? [];
  const failed = code !== 0 && code !== 2 ? (reason ?? error) : reason;
  return {
    failure: failed,
    retries: said.match(/Sleeping for \d+ seconds before retrying/g)?.length ?? 0,
    compiler: compilerOf(said),
    // YAML quotes one that looks like a number at first.
    transaction: /^transaction_uuid: '?([\da-f-]{36})'?$/m.exec(said)?.[1],
  };
}
