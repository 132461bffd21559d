import { fixedNames } from "../../settings/names.js";
import { demonstrationAgent, joinAgent, removeAgent, runAgent } from "../lib/agents.js";
import { namedCommand } from "../lib/arguments.js";
import { main, Problem } from "../lib/problem.js";
import { readSettings } from "../lib/settings.js";
import { Stack } from "../lib/stack.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

// `npm run agent -- NAME [ENVIRONMENT]`: runs a throwaway agent once, through the load balancer.
await main(async () => {
  const [name, environment = "local"] = process.argv.slice(2);
  if (name === undefined || !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) {
    throw new Problem(
      "Give the agent a host name of lower-case letters, digits and hyphens: npm run agent -- web1",
    );
  }
  const stack = new Stack(environment, await toolchain());
  if (!(await stack.exists())) {
    throw new Problem(
      `There is no environment ${environment}; create it with ${namedCommand("npm start", environment)}.`,
    );
  }
  const { settings } = readSettings(environment, stack.stackFile);
  const { domain, distribution } = settings;
  // An agent with the name of a service would also answer to it in the environment's DNS.
  const services = [settings.puppetServer, settings.caServer, settings.fileServer];
  const infrastructure = [
    ...fixedNames(settings.hosts),
    ...settings.hosts.compilers,
    ...settings.plannedCompilers,
  ];
  const taken = [demonstrationAgent, ...infrastructure, ...services];
  if (taken.some((other) => other.split(".")[0] === name)) {
    throw new Problem(
      `${name} is already a host, service or agent of the environment; choose a different name.`,
    );
  }
  const { agentInstall } = (await stack.outputs()) as { agentInstall?: string };
  if (agentInstall === undefined) {
    throw new Problem(
      `${environment} has not been deployed yet; run ${namedCommand("npm start", environment)}.`,
    );
  }
  const agent = { environment, domain, distribution, agentInstall };
  try {
    await joinAgent(agent, name);
    return (await runAgent(agent, name, true)).code;
  } finally {
    await removeAgent(agent, name);
  }
});
