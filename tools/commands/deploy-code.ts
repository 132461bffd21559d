import { columns } from "../lib/columns.js";
import { main, Problem } from "../lib/problem.js";
import { hostWith, requireCodeDeployment, sshFailure } from "../lib/remote.js";
import { Stack } from "../lib/stack.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

/** Seconds to wait for a deploy. */
const deadline = 3600;

/** The parts of the main server's record of a deploy that are shown here. */
interface Deployment {
  readonly outcome: "success" | "partial" | "failure";
  readonly what: string;
  readonly seconds: number;
  readonly errors: readonly string[];
  readonly servers: readonly {
    name: string;
    state: string;
    seconds: number;
    commits?: Readonly<Record<string, string>>;
    error?: string;
  }[];
}

// `npm run deploy-code -- [ENVIRONMENT] [STACK]`: deploys one environment, or all, as a push does, and shows the result
// for each server. The exit code is 0 if every server has the code, 2 if only some have it, and 1 if none has.
await main(async () => {
  const [environment = "all", name = "local"] = process.argv.slice(2);
  if (!/^[A-Za-z0-9_]+$/.test(environment)) {
    throw new Problem(
      `"${environment}" is not a valid environment name; use letters, digits and underscores, or write all.`,
    );
  }
  const host = await hostWith(new Stack(name, await toolchain()), "main");
  await requireCodeDeployment(host);
  const what = environment === "all" ? "--all" : `--environment ${environment}`;
  const { code, stdout, stderr } = await host.run(
    `puppet-code-request ${what} --wait ${String(deadline)} --json`,
  );
  if (code === sshFailure) {
    throw new Problem(
      `The SSH connection to ${host.fqdn} failed (${stderr.trim()}); a deploy that has begun goes on, and its result is in journalctl -u puppet-code-deploy there.`,
    );
  }
  if (!stdout.startsWith("{")) {
    throw new Problem(`${host.fqdn} deployed nothing: ${(stdout + stderr).trim()}.`);
  }
  console.log(table(JSON.parse(stdout) as Deployment));
  return code;
});

function table({ outcome, what, seconds, servers, errors }: Deployment): string {
  const rows = [
    ["server", "result", "seconds", "commits"],
    ...servers.map(({ name, state, seconds, commits = {} }) => [
      name,
      state,
      seconds.toFixed(1),
      Object.entries(commits)
        .map(([environment, commit]) => `${environment} ${commit.slice(0, 7)}`)
        .join(", "),
    ]),
  ];
  const lines = columns(rows);
  const reasons = servers.flatMap(({ name, state, error }) => {
    if (error === undefined) return [];
    // What SSH says of a server could be read as what Git says of the code.
    const by = state === "unreachable" ? "SSH from the main server failed: " : "";
    return [`${name}: ${by}${error}`];
  });
  const further = errors.filter((error) => !reasons.some((reason) => reason.endsWith(error)));
  return [
    `${outcome}: ${what} in ${seconds.toFixed(1)} s`,
    "",
    ...lines,
    ...[...reasons, ...further].map((line) => `\n${line}`),
  ].join("\n");
}
