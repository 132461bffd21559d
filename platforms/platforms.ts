import { checkedSettings, type PlatformName, type Settings } from "../settings/settings.js";
import { aws } from "./aws/platform.js";
import { containers } from "./containers/platform.js";
import { existing } from "./existing/platform.js";
import type { Platform } from "./platform.js";

/** The platforms by the setting `platform`. */
export const platforms: Readonly<Record<PlatformName, Platform>> = { containers, existing, aws };

/**
 * Checks a stack's settings and fills in the defaults.
 *
 * @param values settings by name, without the project's prefix; as YAML gives them, or as the engine hands them
 *   on, which is as strings, with JSON for all else
 * @throws SettingsError with one sentence for each setting that is wrong: its name, what it is and what to write
 */
export function parseSettings(values: Readonly<Record<string, unknown>>): Settings {
  return checkedSettings(values, platforms);
}
