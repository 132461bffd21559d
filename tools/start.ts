import { agentExists, compilerOf, joinAgent, runAgent } from "./agents.js";
import { prepareMachine } from "./machine.js";
import { containersOf, networkExists } from "./podman.js";
import { main, Problem } from "./problem.js";
import { run } from "./shell.js";
import { readSettings, requireFreeSubnet } from "./settings.js";
import { Stack } from "./stack.js";
import { toolchain } from "./toolchain/toolchain.js";

/** The agent that shows that the environment works. */
const demonstration = "agent1";

// `npm start [-- NAME [FILE]]`: deploys an environment on this machine and shows an agent's run. Its settings
// are those of Pulumi.NAME.yaml, or of the file that is given.
await main(async () => {
  const [name = "local", file] = process.argv.slice(2);
  const { text, settings } = readSettings(name, file);
  await prepareMachine((line) => {
    console.log(line);
  });
  if (!(await networkExists(name))) requireFreeSubnet(settings.containers.subnet);

  const stack = new Stack(name, await toolchain());
  await stack.prepare(text);
  // After a boot the containers are there, but stopped.
  const stopped = await containersOf(name, "stopped");
  if (stopped.length > 0) await run(["podman", "start", ...stopped]);
  const code = await stack.up();
  if (code !== 0) return code;

  const { domain } = settings;
  const outputs = (await stack.outputs()) as unknown as Outputs;
  if (!(await agentExists(name, demonstration))) {
    console.log(`\njoining ${demonstration}.${domain} as an agent`);
    await joinAgent(
      { environment: name, domain, agentInstall: outputs.agentInstall },
      demonstration,
    );
  }
  const agent = await runAgent(name, demonstration);
  if (agent.code !== 0 && agent.code !== 2) {
    throw new Problem(
      `the run of ${demonstration} failed with exit code ${String(agent.code)}:\n${agent.stdout}${agent.stderr}`,
    );
  }
  console.log(summary(outputs, `${demonstration}.${domain}`, compilerOf(agent.stdout)));
  return 0;
});

/** What the outputs of a stack hold, as far as it is shown here. */
interface Outputs {
  puppetServer: string;
  caServer: string;
  hosts: Record<string, { fqdn: string; address: string; roles: string[] }>;
  loadBalancerStatsUrl: string;
  loadBalancerStatsUser: string;
  loadBalancerStatsPassword: string;
  agentInstall: string;
}

function summary(outputs: Outputs, agent: string, compiler: string | undefined): string {
  const rows = [
    ["Puppet server", `${outputs.puppetServer} (the balancer)`],
    ["CA server", `${outputs.caServer} (the main server)`],
    ...Object.values(outputs.hosts).map(({ fqdn, address, roles }) => [
      roles.join(", "),
      `${fqdn} ${address}`,
    ]),
    [
      "statistics page",
      `${outputs.loadBalancerStatsUrl} (${outputs.loadBalancerStatsUser}; password: npm run pulumi -- stack output loadBalancerStatsPassword --show-secrets)`,
    ],
    [
      "agent run",
      `${agent} through ${outputs.puppetServer}, catalog compiled by ${compiler ?? "unknown"}`,
    ],
  ];
  const width = Math.max(...rows.map(([label = ""]) => label.length));
  return ["", ...rows.map(([label = "", text = ""]) => `${label.padEnd(width)}  ${text}`)].join(
    "\n",
  );
}
