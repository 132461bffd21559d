import type { Settings } from "../settings/settings.js";
import { instanceSize } from "../settings/instance-types.js";
import { containerHardware } from "./containers/containers.js";
import type { Host } from "../hosts/host.js";

/** What a host's services may plan with. */
export type Hardware = Pick<Host, "cores" | "memory">;

/** Memory of an instance that is left to the system, in MiB. */
const reserved = 512;

/** What an EC2 instance type leaves to services. */
export function instanceHardware(type: string): Hardware {
  const size = instanceSize(type);
  if (size === undefined) throw new Error(`${type} is not an instance type that is known.`);
  return { cores: size.cores, memory: size.memory - reserved };
}

/** The roles whose services plan with their host's memory. */
export type SizedRole = "main" | "puppetdb" | "compiler";

/** What the hosts of a role have, by name where they differ. */
export function hardwareOf(settings: Settings, role: SizedRole, name: string): Hardware {
  switch (settings.platform) {
    case "containers":
      return containerHardware(settings.containers);
    case "aws":
      return instanceHardware(settings.aws.instances[role].type);
    case "existing": {
      const server = settings.existing.servers.find((server) => server.name === name);
      if (server === undefined) throw new Error(`${name} is none of puppet:existing.servers.`);
      return server;
    }
  }
}

/**
 * What to write where a host has too little memory.
 *
 * @param least memory that its services need, in MiB
 * @returns a sentence that begins with the setting
 */
export function memorySetting(
  settings: Settings,
  role: SizedRole,
  name: string,
  least: number,
): string {
  const { memory } = hardwareOf(settings, role, name);
  switch (settings.platform) {
    case "containers":
      return `puppet:containers.memory is ${String(memory)}; write at least ${String(least)}.`;
    case "aws": {
      const { type } = settings.aws.instances[role];
      return `puppet:aws.instances.${role}.type is "${type}", with ${String(memory + reserved)} MiB of memory; write a type with ${String(least + reserved)} or more.`;
    }
    case "existing":
      return `puppet:existing.servers has ${name} with ${String(memory)} MiB of memory; write a server with ${String(least)} or more.`;
  }
}
