import { hostRole, ofRole, roleNames, roles, type RoleName } from "../roles/roles.js";
import { fqdnOf } from "../settings/names.js";
import type { Settings } from "../settings/settings.js";
import { noHelpers } from "./connections.js";
import type { Hardware } from "./platform.js";
import { platforms } from "./platforms.js";

/** One service whose sizing is based on its host's memory. */
interface Sized {
  /** Section of the settings with its sizing. */
  readonly section: string;
  readonly hardware: Hardware;
  /** @throws Error if it does not fit on a host with this memory, in MiB */
  readonly fit: (memory: number) => unknown;
}

/** Where the search for enough memory ends, in MiB. */
const mostMemory = 128 * 1024;

/**
 * The services that do not fit on their hosts, by the setting to change: the sizing if it is set, otherwise the host's
 * memory.
 *
 * @returns one sentence about the first one, which says what to write instead; undefined if all fit
 */
export function sizingFault(settings: Settings): string | undefined {
  const services = roleNames.flatMap((role) => servicesOf(settings, role));
  for (const { section, hardware, fit } of services) {
    const failure = failureOf(() => fit(hardware.memory));
    if (failure === undefined) continue;
    const sharing = services.filter((other) => other.hardware.setting === hardware.setting);
    const least = isSized(settings, section) ? undefined : leastMemory(sharing);
    return least === undefined ? `puppet:${section}.${failure}` : hardware.tooSmall(least);
  }
  return undefined;
}

function servicesOf(settings: Settings, role: RoleName): Sized[] {
  const host = hostRole(role, settings);
  const { sizing } = roles[role];
  if (sizing === undefined || host === undefined) return [];
  const helpers = { ...noHelpers, database: settings.aws.database !== undefined };
  return ofRole(settings.hosts, host).map((name) => {
    const hardware = platforms[settings.platform].hardware(settings, host, name);
    const fqdn = fqdnOf(settings, name);
    return {
      section: sizing.section,
      hardware,
      fit: (memory) => sizing.fit(settings, { fqdn, cores: hardware.cores, memory }, helpers),
    };
  });
}

/** Whether a section itself sets how much memory is used. */
function isSized(settings: Settings, section: string): boolean {
  const sizing = (settings as unknown as Readonly<Record<string, object>>)[section];
  const values: Readonly<Record<string, unknown>> = { ...sizing };
  return ["heap", "codeCache", "jrubies", "threads"].some((key) => values[key] !== undefined);
}

/** The least memory, in MiB, on which some services all fit; undefined if there is none. */
function leastMemory(services: readonly Sized[]): number | undefined {
  for (let memory = 512; memory <= mostMemory; memory += 1) {
    if (services.every(({ fit }) => failureOf(() => fit(memory)) === undefined)) return memory;
  }
  return undefined;
}

function failureOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
