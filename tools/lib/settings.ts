import { existsSync, readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { overlap, parseNetmask, parseSubnet, type Subnet } from "../../settings/subnet.js";
import { parseSettings } from "../../platforms/platforms.js";
import { SettingsError, type Settings } from "../../settings/settings.js";
import { inClear, isSealed, sealedSettings } from "../../settings/secrets.js";
import { Problem } from "./problem.js";
import { project } from "./paths.js";

/** The settings of an environment. */
export interface EnvironmentSettings {
  /** The stack file as it is written. */
  readonly text: string;
  /** What it says. */
  readonly settings: Settings;
}

/**
 * Reads and checks the settings of an environment, before anything is made.
 *
 * @param file path of the stack file; Pulumi.NAME.yaml of the project by default
 * @throws Problem or SettingsError saying what to write instead
 */
export function readSettings(
  name: string,
  file = join(project, `Pulumi.${name}.yaml`),
): EnvironmentSettings {
  if (!existsSync(file)) {
    throw new Problem(
      `There is no ${file}; copy Pulumi.local.yaml to it, set puppet:containers.subnet to a network of its own, and run this again.`,
    );
  }
  const text = readFileSync(file, "utf8");
  try {
    const own = Object.entries(configOf(text, file)).flatMap(([key, value]) => {
      // A key without a prefix is the project's own, one with another prefix is a provider's.
      const [, setting] = /^(?:puppet:)?([^:]+)$/.exec(key) ?? [];
      return setting === undefined ? [] : [[setting, unsealed(value, setting)] as const];
    });
    return { text, settings: parseSettings(Object.fromEntries(own)) };
  } catch (error) {
    throw error instanceof SettingsError ? error.inStack(name) : error;
  }
}

/** The settings of a stack: those of the last deployment with npm start, or those that stand in the project. */
export function settingsOf({ name, stackFile }: { name: string; stackFile: string }): Settings {
  return readSettings(name, existsSync(stackFile) ? stackFile : undefined).settings;
}

/**
 * What stands for a sealed password, which only the engine can read: something that passes its checks. The program
 * checks the password itself.
 */
const sealedPassword = "sealed-by-pulumi";
/** As much, for a private key. */
const sealedKey = "-----BEGIN PRIVATE KEY-----\nsealed\n-----END PRIVATE KEY-----\n";

/**
 * Sees to it that passwords and tokens, and nothing else, are sealed.
 *
 * @throws SettingsError naming the setting
 */
function unsealed(value: unknown, setting: string): unknown {
  const secret = sealedSettings.some((sealed) => sealed === setting);
  if (typeof value !== "object" || value === null) {
    if (!secret) return value;
    throw new SettingsError([inClear(setting)]);
  }
  if (Array.isArray(value)) return value;
  if (isSealed(value)) {
    if (secret) return setting.endsWith("Key") ? sealedKey : sealedPassword;
    throw new SettingsError([
      `puppet:${setting} is sealed, and only passwords, tokens and private keys can be; write it in clear.`,
    ]);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, unsealed(inner, `${setting}.${key}`)]),
  );
}

function configOf(text: string, file: string): Record<string, unknown> {
  let stack: unknown;
  try {
    // A file of nothing but comments holds no document at all.
    [stack] = loadAll(text);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new Problem(`${file} is not YAML (${reason}); put that right and run this again.`);
  }
  const config: unknown = (stack as { config?: unknown } | undefined | null)?.config;
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    throw new Problem(
      `${file} has no settings; write them below config:, as Pulumi.local.yaml does.`,
    );
  }
  return config as Record<string, unknown>;
}

/**
 * Refuses a name that cannot be one of a stack, a container and a file alike.
 *
 * @throws Problem saying what to write instead
 */
export function requireEnvironmentName(name: string): void {
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(name)) {
    throw new Problem(
      `${JSON.stringify(name)} is no name for an environment; write at most 32 lower-case letters, digits and hyphens, beginning with a letter.`,
    );
  }
}

/**
 * Refuses a network that this machine already reaches through another interface.
 *
 * @throws Problem naming the interface
 */
export function requireFreeSubnet(subnet: string): void {
  const wanted = parseSubnet(subnet);
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    for (const { family, address, netmask } of addresses) {
      if (family !== "IPv4" || wanted === undefined) continue;
      const taken: Subnet | undefined = parseNetmask(address, netmask);
      if (taken !== undefined && overlap(wanted, taken)) {
        throw new Problem(
          `puppet:containers.subnet is "${subnet}", which overlaps ${address} of this machine's interface ${name}; write another private network, such as 10.214.0.0/24.`,
        );
      }
    }
  }
}
