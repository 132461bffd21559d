import { existsSync } from "node:fs";
import { podmanNames } from "../../platforms/containers/names.js";
import { fixedNames } from "../../settings/names.js";
import type { Settings } from "../../settings/settings.js";
import { mainName } from "../../roles/main/main.js";
import { roleNames, roles } from "../../roles/roles.js";
import { demonstrate, demonstrationAgent, type AgentEnvironment } from "../lib/agents.js";
import { namedCommand } from "../lib/arguments.js";
import { columns } from "../lib/columns.js";
import { prepareMachine } from "../lib/machine.js";
import { containersOf, networkExists, startStopped } from "../lib/podman.js";
import { awaitPool, type Statistics } from "../lib/pool.js";
import { main, Problem } from "../lib/problem.js";
import { readSettings, requireEnvironmentName, requireFreeSubnet } from "../lib/settings.js";
import { Stack } from "../lib/stack.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

// `npm start [-- NAME [FILE]]`: deploys an environment on this machine and shows an agent run. The settings are those
// in Pulumi.NAME.yaml, or in the given file.
await main(async () => {
  const [name = "local", file] = process.argv.slice(2);
  requireEnvironmentName(name);
  const { text, settings } = readSettings(name, file);
  if (settings.platform !== "containers") {
    throw new Problem(
      `puppet:platform is ${settings.platform}, but npm start only creates containers on this machine; run npm run pulumi -- up --stack ${name}.`,
    );
  }
  await prepareMachine((line) => {
    console.log(line);
  });
  if (!(await networkExists(name))) requireFreeSubnet(settings.containers.subnet);

  const stack = new Stack(name, await toolchain());
  if ((await containersOf(name)).length > 0) requireSame(settings, stack);
  const deployed = (await stack.exists()) ? ((await stack.outputs()) as Partial<Outputs>) : {};
  requirePlacement(settings, deployed, name);
  await stack.prepare(text);
  const lost = await reviveContainers(stack, settings, deployed);
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
 * Rejects changes that would replace the containers, and so destroy the CA.
 *
 * @throws Problem naming the setting
 */
function requireSame(settings: Settings, { name, stackFile }: Stack): void {
  if (!existsSync(stackFile)) return;
  const before = readSettings("", stackFile).settings;
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
      `puppet:${setting} is "${is}", but the environment was created with "${was}" and would have to be recreated; write "${was}", or run ${namedCommand("npm stop", name)} first.`,
    );
  }
}

/**
 * Refuses to leave the database behind on one host and start from scratch on another.
 *
 * @param deployed outputs of the last deployment
 * @throws Problem saying how to move it
 */
function requirePlacement(
  settings: Settings,
  { hosts = {} }: Partial<Outputs>,
  environment: string,
): void {
  const [name] = Object.entries(hosts).find(([, { roles }]) => roles.includes("puppetdb")) ?? [];
  if (name === undefined) return;
  const was = name === mainName ? "main" : "own";
  const is = settings.puppetdb.host;
  if (is !== was && is !== "none") {
    throw new Problem(
      `puppet:puppetdb.host is "${is}", but the database was created with "${was}"; write "${was}", or move it: npm run backup -- ${environment} FOLDER, deploy with "none", then with "${is}", and npm run restore -- FOLDER/BACKUP ${environment}.`,
    );
  }
}

/**
 * Starts stopped containers: after a boot, all are stopped.
 *
 * @returns names of hosts whose containers were removed by hand, and which have to be recreated
 * @throws Problem if the main server is among them, as it contained the CA
 */
async function reviveContainers(
  stack: Stack,
  settings: Settings,
  { hosts = {} }: Partial<Outputs>,
): Promise<string[]> {
  if ((await containersOf(stack.name, "stopped")).length > 0) {
    const key = await stack.containersKey();
    if (key !== undefined) await startStopped(stack.name, key);
  }

  const there = await containersOf(stack.name);
  const stay = [...fixedNames(settings.hosts), ...settings.hosts.compilers];
  const lost = Object.keys(hosts).filter(
    (host) => stay.includes(host) && !there.includes(podmanNames.container(stack.name, host)),
  );
  if (lost.includes(mainName)) {
    throw new Problem(
      `The container of ${mainName} is gone, and the CA with it; run ${namedCommand("npm stop", stack.name)}, then ${namedCommand("npm start", stack.name)}, to recreate the environment.`,
    );
  }
  for (const host of lost) console.log(`the container of ${host} is gone; recreating it`);
  return lost;
}

/** The outputs of a stack that are shown here. */
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
    ["Puppet server", `${outputs.puppetServer} (the load balancer)`],
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
