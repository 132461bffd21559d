import { existsSync, readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { sealedKey } from "../../roles/values.js";
import { overlap, parseNetmask, parseSubnet, type Subnet } from "../../settings/subnet.js";
import { parseSettings } from "../../platforms/platforms.js";
import { SettingsError, type Settings } from "../../settings/settings.js";
import { inClear, isSealed, isSealedSetting } from "../../settings/secrets.js";
import { Problem } from "./problem.js";
import { project } from "./paths.js";

/** The settings of an environment. */
export interface EnvironmentSettings {
  /** Text of the stack file. */
  readonly text: string;
  /** Its settings. */
  readonly settings: Settings;
}

/**
 * Reads and checks the settings of an environment, before anything is created.
 *
 * @param givenFile path of the stack file; Pulumi.NAME.yaml of the project by default
 * @throws Problem or SettingsError saying what to write instead
 */
export function readSettings(name: string, givenFile?: string): EnvironmentSettings {
  const file = givenFile ?? join(project, `Pulumi.${name}.yaml`);
  if (!existsSync(file)) {
    throw new Problem(
      `There is no ${file}; copy Pulumi.local.yaml to it, set puppet:containers.subnet to an unused network, and run this again.`,
    );
  }
  const text = readFileSync(file, "utf8");
  try {
    const own = Object.entries(configOf(text, file)).flatMap(([key, value]) => {
      // A key without a prefix belongs to the project, one with a different prefix to a provider.
      const [, setting] = /^(?:puppet:)?([^:]+)$/.exec(key) ?? [];
      return setting === undefined ? [] : [[setting, unsealed(value, setting)] as const];
    });
    return { text, settings: parseSettings(Object.fromEntries(own)) };
  } catch (error) {
    throw error instanceof SettingsError ? error.inStack(name, givenFile) : error;
  }
}

/** The settings of a stack: those of the last deployment with npm start, or those in the project. */
export function settingsOf({ name, stackFile }: { name: string; stackFile: string }): Settings {
  return readSettings(name, existsSync(stackFile) ? stackFile : undefined).settings;
}

/**
 * Stands for a secret password, which only the engine can decrypt: a value that passes its checks. The program checks
 * the password itself.
 */
const sealedPassword = "sealed-by-pulumi";

/**
 * Makes sure that passwords, tokens and private keys are secrets, and nothing else is.
 *
 * @throws SettingsError naming the setting
 */
function unsealed(value: unknown, setting: string): unknown {
  const secret = isSealedSetting(setting);
  if (typeof value !== "object" || value === null) {
    if (!secret) return value;
    throw new SettingsError([inClear(setting)]);
  }
  if (Array.isArray(value)) return value;
  if (isSealed(value)) {
    if (secret) return setting.endsWith("Key") ? sealedKey : sealedPassword;
    throw new SettingsError([
      `puppet:${setting} is a secret, but only passwords, tokens and private keys can be; write it in plaintext.`,
    ]);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, unsealed(inner, `${setting}.${key}`)]),
  );
}

function configOf(text: string, file: string): Record<string, unknown> {
  let stack: unknown;
  try {
    // A file with only comments contains no document.
    [stack] = loadAll(text);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new Problem(`${file} is not valid YAML (${reason}); fix it and run this again.`);
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
 * Rejects a name that is not valid for a stack, a container and a file.
 *
 * @throws Problem saying what to write instead
 */
export function requireEnvironmentName(name: string): void {
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(name)) {
    throw new Problem(
      `${JSON.stringify(name)} is not a valid environment name; use at most 32 lowercase letters, digits and hyphens, starting with a letter.`,
    );
  }
}

/**
 * Rejects a network that this machine already reaches through a different interface.
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
          `puppet:containers.subnet is "${subnet}", which overlaps with ${address} on this machine's interface ${name}; use a different private network, such as 10.214.0.0/24.`,
        );
      }
    }
  }
}
