import { createSecureContext, type SecureContext } from "node:tls";
import { load } from "js-yaml";
import { roleNames, roles } from "../../roles/roles.js";
import { serviceNamesOf } from "../../roles/service-names.js";
import type { AgentEnvironment } from "../../tools/lib/agents.js";
import { namedCommand } from "../../tools/lib/arguments.js";
import { Problem } from "../../tools/lib/problem.js";
import { settingsOf } from "../../tools/lib/settings.js";
import type { Stack } from "../../tools/lib/stack.js";

/** The environment that simulated agents belong to. Nothing here has a default: whoever wants load says where. */
export interface Target {
  /** What a real agent needs to join the same environment. */
  readonly agent: AgentEnvironment;
  /** Where agents get catalogs, files of no other server, and leave reports. */
  readonly puppetServer: string;
  /** Where they get certificates. */
  readonly caServer: string;
  /** Addresses of the services by their names, each once. */
  readonly addresses: ReadonlyMap<string, string>;
  /** The CA's certificates. */
  readonly caCertificate: string;
}

/** An agent's name, and its certificate with the key. */
export interface Identity {
  readonly certname: string;
  readonly context: SecureContext;
}

/**
 * The environment of containers that `npm start` has deployed under a name.
 *
 * @throws Problem if it is none, or not deployed
 */
export async function targetOf(stack: Stack): Promise<Target> {
  if (!(await stack.exists())) {
    throw new Problem(
      `There is no environment ${stack.name}; create it with ${namedCommand("npm start", stack.name)}.`,
    );
  }
  const outputs = (await stack.outputs()) as Partial<Outputs>;
  const settings = settingsOf(stack);
  if (settings.platform !== "containers") {
    throw new Problem(
      `puppet:platform of ${stack.name} is ${settings.platform}; simulated agents are for environments of containers on this machine, which npm start deploys.`,
    );
  }
  const { hosts, caCertificate, agentInstall } = outputs;
  if (hosts === undefined || caCertificate === undefined || agentInstall === undefined) {
    throw new Problem(
      `${stack.name} has not been deployed yet; run ${namedCommand("npm start", stack.name)}.`,
    );
  }
  const { domain, distribution, puppetServer, caServer } = settings;
  const addresses = roleNames.flatMap((role) => {
    const { words, serviceNames } = roles[role];
    const host = Object.values(hosts).find((host) => host.roles.includes(words[0]));
    const names = serviceNamesOf(settings, serviceNames);
    return host === undefined ? [] : names.map((name) => [name, host.address] as const);
  });
  return {
    agent: { environment: stack.name, domain, distribution, agentInstall },
    puppetServer,
    caServer,
    addresses: new Map(addresses),
    caCertificate,
  };
}

/** The outputs of a stack that are used here. */
interface Outputs {
  readonly hosts: Readonly<Record<string, { address: string; roles: readonly string[] }>>;
  readonly caCertificate: string;
  readonly agentInstall: string;
}

/** TLS with an agent's certificate; without one, as an agent that has none yet. */
export function secureContext(
  { caCertificate }: Pick<Target, "caCertificate">,
  own: { readonly cert?: string; readonly key?: string } = {},
): SecureContext {
  return createSecureContext({ ca: caCertificate, ...own });
}

/**
 * The key that the CA asks of agents: it is in the script that joins a machine.
 *
 * @throws Error if the script is another than this version's
 */
export function presharedKeyIn(agentInstall: string): string {
  const [, yaml = ""] = /<<'ATTRIBUTES'\n([^]*?)\nATTRIBUTES$/m.exec(agentInstall) ?? [];
  const attributes = load(yaml === "" ? "{}" : yaml) as {
    custom_attributes?: Readonly<Record<string, unknown>>;
  };
  const [key] = Object.values(attributes.custom_attributes ?? {});
  if (typeof key !== "string") throw new Error("the script agentInstall has no pre-shared key");
  return key;
}
