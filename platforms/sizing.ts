import { puppetdbMemory, puppetdbSizing } from "../components/puppetdb/sizing.js";
import { serverSizing } from "../components/puppet-server/sizing.js";
import { hardwareOf, memorySetting, type SizedRole } from "./hardware.js";
import type { Settings } from "../settings/settings.js";

/** One service that plans with its host's memory. */
interface Sized {
  /** The settings with its sizing. */
  readonly group: "mainServer" | "compiler" | "puppetdb";
  readonly role: SizedRole;
  /** Its host. */
  readonly host: string;
  /** @throws Error when it does not fit into a host with this memory, in MiB */
  readonly fit: (memory: number) => unknown;
}

/** Where the search for enough memory ends, in MiB. */
const mostMemory = 128 * 1024;

/**
 * What the hosts cannot carry, by the setting that is to be changed: the sizing where some was given, and otherwise the
 * host's memory.
 *
 * @returns the first of it in one sentence that says what to write instead, or nothing
 */
export function sizingFault(settings: Settings): string | undefined {
  const services = servicesOf(settings);
  for (const { group, role, host, fit } of services) {
    const { memory } = hardwareOf(settings, role, host);
    const failure = failureOf(() => fit(memory));
    if (failure === undefined) continue;
    const sharing = services.filter(
      (other) => settings.platform === "containers" || other.host === host,
    );
    const least = isSized(settings, group) ? undefined : leastMemory(sharing);
    return least === undefined
      ? `puppet:${group}.${failure}`
      : memorySetting(settings, role, host, least);
  }
  return undefined;
}

function servicesOf(settings: Settings): Sized[] {
  const { domain, hosts, mainServer, compiler, puppetdb, postgresql } = settings;
  const beside = puppetdb.host === "main";
  const local = postgresql.server === undefined && settings.aws.database === undefined;
  const on = (role: SizedRole, name: string, memory: number) => {
    const { cores } = hardwareOf(settings, role, name);
    return { cores, memory, fqdn: `${name}.${domain}` };
  };
  const database: Omit<Sized, "fit"> = {
    group: "puppetdb",
    ...(beside
      ? { role: "main", host: hosts.main }
      : { role: "puppetdb", host: hosts.puppetdb ?? hosts.main }),
  };
  return [
    ...(puppetdb.host === "none"
      ? []
      : [
          {
            ...database,
            fit: (memory: number) =>
              puppetdbSizing(
                on(database.role, database.host, puppetdbMemory(memory, beside)),
                puppetdb,
                local,
              ),
          },
        ]),
    {
      group: "mainServer",
      role: "main",
      host: hosts.main,
      fit: (memory) => {
        const left = memory - (beside ? puppetdbMemory(memory, true) : 0);
        return serverSizing(on("main", hosts.main, left), mainServer);
      },
    },
    ...hosts.compilers.map((host): Sized => ({
      group: "compiler",
      role: "compiler",
      host,
      fit: (memory) => serverSizing(on("compiler", host, memory), compiler),
    })),
  ];
}

/** Whether a group's settings say themselves how much memory is used. */
function isSized(settings: Settings, group: Sized["group"]): boolean {
  const given: Readonly<Record<string, unknown>> = settings[group];
  return ["heap", "codeCache", "jrubies", "threads"].some((key) => given[key] !== undefined);
}

/** The least memory, in MiB, that carries all of some services; nothing where none does. */
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
