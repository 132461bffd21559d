import type { Settings } from "../settings.js";
import { instanceSize } from "./aws/instance-types.js";
import { containerHardware } from "./containers/containers.js";
import type { Host } from "./host.js";

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

/** What the hosts of a role have, by name where they differ. */
export function hardwareOf(
  settings: Settings,
  role: "main" | "puppetdb" | "compiler",
  name: string,
): Hardware {
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
