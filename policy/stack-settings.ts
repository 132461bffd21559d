import * as z from "zod";
import { defaults } from "../components/defaults.js";
import { agentsPort } from "../hosts/connections.js";
import { readerPort } from "../templates/puppetdb/puppetdb.js";

/** A TCP port that the stack's settings open to networks. */
export interface Opening {
  /** Whether connections come in or go out. */
  readonly direction: "ingress" | "egress";
  readonly port: number;
  /** The setting that lists the networks, such as `puppet:aws.agentSources`. */
  readonly setting: string;
  readonly networks: readonly string[];
}

/** Packages, and code over HTTPS or SSH. */
const outboundPorts = [80, 443, 22];

// Lenient: it is the program that checks the settings. What is no list opens nothing.
const networks = z.array(z.string()).catch([]);
const awsSettings = z
  .object({
    agentSources: networks,
    operatorSources: networks,
    webhookSources: networks,
    outbound: networks,
  })
  .catch({ agentSources: [], operatorSources: [], webhookSources: [], outbound: [] });
const loadBalancerSettings = z
  .object({ statsPort: z.int().default(defaults.statsPort) })
  .catch({ statsPort: defaults.statsPort });
const webhookSettings = z
  .object({ port: z.int().default(defaults.webhookPort) })
  .catch({ port: defaults.webhookPort });

/**
 * Reads from a stack's configuration which networks it opens ports to. `puppet:aws.bastion` is not among the settings
 * that count: SSH is open to no network, whatever it says.
 *
 * @param config the configuration by full key, as the engine sends it: objects are JSON
 */
export function openingsIn(config: ReadonlyMap<string, string>): readonly Opening[] {
  const aws = awsSettings.parse(objectIn(config.get("puppet:aws")));
  const { statsPort } = loadBalancerSettings.parse(objectIn(config.get("puppet:loadBalancer")));
  const { port: webhookPort } = webhookSettings.parse(objectIn(config.get("puppet:webhook")));
  const opening = (
    direction: Opening["direction"],
    name: keyof typeof aws,
    ports: readonly number[],
  ): Opening[] =>
    ports.map((port) => ({
      direction,
      port,
      setting: `puppet:aws.${name}`,
      networks: aws[name],
    }));
  return [
    ...opening("ingress", "agentSources", [agentsPort]),
    ...opening("ingress", "operatorSources", [statsPort, readerPort]),
    ...opening("ingress", "webhookSources", [webhookPort]),
    ...opening("egress", "outbound", outboundPorts),
  ];
}

function objectIn(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "{}") as unknown;
  } catch {
    return undefined;
  }
}
