import type { MadeHosts } from "../settings/infrastructure-arguments.js";
import type { PlatformRules, Settings } from "../settings/settings.js";
import type { RoleName } from "../roles/roles.js";

/** Hardware that the sizing of a host's services is based on, and where it is set. */
export interface Hardware {
  readonly cores: number;
  /** Memory in MiB. */
  readonly memory: number;
  /** Path of the setting with the memory; hosts with the same path change together. */
  readonly setting: string;
  /**
   * The sentence for too little memory.
   *
   * @param least memory that the services need, in MiB
   * @returns a sentence that begins with the setting and says what to write
   */
  readonly tooSmall: (least: number) => string;
}

/** Creates the hosts of an environment, or connects to existing ones. */
export interface Platform extends PlatformRules {
  /**
   * Hardware of the hosts of a role, by name if they differ.
   *
   * @throws Error if there is no such host
   */
  readonly hardware: (settings: Settings, role: RoleName, name: string) => Hardware;
  /** Creates the hosts. A cloud's SDK is loaded only here, because that takes seconds. */
  readonly makeHosts: (settings: Settings) => Promise<MadeHosts>;
}
