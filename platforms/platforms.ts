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
 * @param values settings by name, without the project's prefix; as parsed from YAML, or as the engine passes them:
 *   strings, with JSON for everything else
 * @throws SettingsError with one sentence for each invalid setting: its name, its value and what to write
 */
export function parseSettings(values: Readonly<Record<string, unknown>>): Settings {
  return checkedSettings(values, platforms);
}
