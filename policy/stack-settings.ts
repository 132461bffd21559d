import { networkSettings } from "../settings/aws.js";
import { connectionsOf, noHelpers } from "../platforms/connections.js";
import { parseSettings } from "../platforms/platforms.js";
import { SettingsError, type Settings } from "../settings/settings.js";

/** A TCP port that the stack's settings open to networks. */
export interface Opening {
  /** Whether connections come in or go out. */
  readonly direction: "ingress" | "egress";
  readonly port: number;
  /** The setting that lists the networks, such as `puppet:aws.agentSources`. */
  readonly setting: string;
  readonly networks: readonly string[];
}

/**
 * Reads from a stack's configuration to which networks it opens ports: for each connection with an outside party, the
 * networks that are set for that party.
 *
 * @param config the configuration by full key, as the engine sends it: objects are JSON
 */
export function openingsIn(config: ReadonlyMap<string, string>): readonly Opening[] {
  const settings = settingsIn(config);
  if (settings === undefined) return [];
  const lines = connectionsOf({ ...settings, ...noHelpers });
  const openings = new Map<string, Opening>();
  for (const { from, to, port } of lines) {
    const direction = to === "outbound" ? "egress" : "ingress";
    const outside = direction === "egress" ? to : from;
    // Administrators are not among them: no setting allows SSH from a wide network.
    if (!(outside in networkSettings)) continue;
    const name = networkSettings[outside as keyof typeof networkSettings];
    const setting = `puppet:aws.${name}`;
    openings.set(`${setting} ${String(port)}`, {
      direction,
      port,
      setting,
      networks: settings.aws[name] ?? [],
    });
  }
  return [...openings.values()];
}

/** The settings of a stack in AWS, if they are valid: the program itself reports faults. */
function settingsIn(config: ReadonlyMap<string, string>): Settings | undefined {
  const prefix = "puppet:";
  const values = [...config].filter(([key]) => key.startsWith(prefix));
  try {
    const settings = parseSettings(
      Object.fromEntries(values.map(([key, value]) => [key.slice(prefix.length), value])),
    );
    return settings.platform === "aws" ? settings : undefined;
  } catch (error) {
    if (error instanceof SettingsError) return undefined;
    throw error;
  }
}
