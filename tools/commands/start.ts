import { existsSync } from "node:fs";
import { podmanNames } from "../../platforms/containers/names.js";
import type { Settings } from "../../settings/settings.js";
import { mainName } from "../../roles/main/main.js";
import { roleNames, roles } from "../../roles/roles.js";
import { demonstrate, demonstrationAgent, type AgentEnvironment } from "../lib/agents.js";
import { columns } from "../lib/columns.js";
import { prepareMachine } from "../lib/machine.js";
import { containersOf, networkExists } from "../lib/podman.js";
import { awaitPool, type Statistics } from "../lib/pool.js";
import { main, Problem } from "../lib/problem.js";
import { run } from "../lib/shell.js";
import { readSettings, requireEnvironmentName, requireFreeSubnet } from "../lib/settings.js";
import { Stack } from "../lib/stack.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

// `npm start [-- NAME [FILE]]`: deploys an environment on this machine and shows an agent's run. Its settings
// are those of Pulumi.NAME.yaml, or of the file that is given.
await main(async () => {
  const [name = "local", file] = process.argv.slice(2);
  requireEnvironmentName(name);
  const { text, settings } = readSettings(name, file);
  if (settings.platform !== "containers") {
    throw new Problem(
      `puppet:platform is ${settings.platform}, and npm start makes containers on this machine; run npm run pulumi -- up --stack ${name}.`,
    );
  }
  await prepareMachine((line) => {
    console.log(line);
  });
  if (!(await networkExists(name))) requireFreeSubnet(settings.containers.subnet);

  const stack = new Stack(name, await toolchain());
  if ((await containersOf(name)).length > 0) requireSame(settings, stack.stackFile);
  const deployed = (await stack.exists()) ? ((await stack.outputs()) as Partial<Outputs>) : {};
  requirePlacement(settings, deployed);
  await stack.prepare(text);
  const lost = await reviveContainers(stack, deployed);
  const code = await stack.up(lost);
  if (code !== 0) return code;

  const { domain, distribution } = settings;
  const outputs = (await stack.outputs()) as unknown as Outputs;
  await awaitPool(outputs, (line) => {
    console.log(line);
  });
  const { agentInstall } = outputs;
  const agent: AgentEnvironment = { environment: name, domain, distribution, agentInstall };
  const compiler = await demonstrate(agent);
  console.log(summary(name, outputs, settings, `${demonstrationAgent}.${domain}`, compiler));
  return 0;
});

/**
 * Refuses changes that would throw the containers away, and with them the certificate authority.
 *
 * @param deployed stack file of the last deployment
 * @throws Problem naming the setting
 */
function requireSame(settings: Settings, deployed: string): void {
  if (!existsSync(deployed)) return;
  const before = readSettings("", deployed).settings;
  const fixed = [
    ["domain", before.domain, settings.domain],
    ["puppetServer", before.puppetServer, settings.puppetServer],
    ["caServer", before.caServer, settings.caServer],
    ["fileServer", before.fileServer, settings.fileServer],
    ["distribution", before.distribution, settings.distribution],
    ["containers.subnet", before.containers.subnet, settings.containers.subnet],
    [
      "loadBalancer.statsPort",
      String(before.loadBalancer.statsPort),
      String(settings.loadBalancer.statsPort),
    ],
  ] as const;
  for (const [setting, was, is] of fixed.filter(([, was, is]) => was !== is)) {
    throw new Problem(
      `puppet:${setting} is "${is}", but the environment was made with "${was}" and would have to be made anew; write "${was}", or run npm stop first.`,
    );
  }
}

/**
 * Refuses to leave a database behind on one host and to begin anew on another.
 *
 * @param deployed outputs of the last deployment
 * @throws Problem saying how to move it
 */
function requirePlacement(settings: Settings, { hosts = {} }: Partial<Outputs>): void {
  const [name] = Object.entries(hosts).find(([, { roles }]) => roles.includes("puppetdb")) ?? [];
  if (name === undefined) return;
  const was = name === mainName ? "main" : "own";
  const is = settings.puppetdb.host;
  if (is !== was && is !== "none") {
    throw new Problem(
      `puppet:puppetdb.host is "${is}", but the database is where it was made, with "${was}"; write "${was}", or move it: npm run backup into a folder here, deploy with "none", then with "${is}", npm run restore.`,
    );
  }
}

/**
 * Starts containers that were stopped, as all are after a boot.
 *
 * @returns names of hosts whose containers somebody removed, to be made anew
 * @throws Problem when the main server is among them: the certificate authority was in it
 */
async function reviveContainers(stack: Stack, { hosts = {} }: Partial<Outputs>): Promise<string[]> {
  const stopped = await containersOf(stack.name, "stopped");
  if (stopped.length > 0) await run(["podman", "start", ...stopped]);

  const there = await containersOf(stack.name);
  const lost = Object.keys(hosts).filter(
    (host) => !there.includes(podmanNames.container(stack.name, host)),
  );
  if (lost.includes(mainName)) {
    throw new Problem(
      `The container of ${mainName} is gone, and with it the certificate authority; run npm stop, and then npm start to make the environment anew.`,
    );
  }
  for (const host of lost) console.log(`the container of ${host} is gone; making it anew`);
  return lost;
}

/** What the outputs of a stack hold, as far as it is shown here. */
interface Outputs extends Statistics {
  puppetServer: string;
  caServer: string;
  hosts: Record<string, { fqdn: string; address: string; roles: string[] }>;
  agentInstall: string;
}

function summary(
  environment: string,
  outputs: Outputs,
  settings: Settings,
  agent: string,
  compiler: string | undefined,
): string {
  const texts = Object.fromEntries(
    Object.entries(outputs).filter(
      (output): output is [string, string] => typeof output[1] === "string",
    ),
  );
  const rows = [
    ["Puppet server", `${outputs.puppetServer} (the balancer)`],
    ["CA server", `${outputs.caServer} (the main server)`],
    ...Object.values(outputs.hosts).map(({ fqdn, address, roles }) => [
      roles.join(", "),
      `${fqdn} ${address}`,
    ]),
    ...roleNames.flatMap((role) => roles[role].summary(texts, environment, settings)),
    [
      "agent run",
      `${agent} through ${outputs.puppetServer}, catalog compiled by ${compiler ?? "unknown"}`,
    ],
  ];
  return ["", ...columns(rows)].join("\n");
}
