import type { MadeHosts } from "../settings/infrastructure-arguments.js";
import type { PlatformRules, Settings } from "../settings/settings.js";
import type { RoleName } from "../roles/roles.js";

/** What a host's services may plan with, and where that is set. */
export interface Hardware {
  readonly cores: number;
  /** Memory in MiB. */
  readonly memory: number;
  /** Path of the setting that the memory comes from; hosts with the same one change together. */
  readonly setting: string;
  /**
   * What to write where it is too little.
   *
   * @param least memory that the services need, in MiB
   * @returns a sentence that begins with the setting
   */
  readonly tooSmall: (least: number) => string;
}

/** What makes the hosts of an environment, or reaches those there are. */
export interface Platform extends PlatformRules {
  /**
   * What the hosts of a role have, by name where they differ.
   *
   * @throws Error when there is no such host
   */
  readonly hardware: (settings: Settings, role: RoleName, name: string) => Hardware;
  /** Makes the hosts. The SDK of a cloud is loaded only here, as it takes seconds. */
  readonly makeHosts: (settings: Settings) => Promise<MadeHosts>;
}
