import { cpus } from "node:os";
import type { Host } from "../../hosts/host.js";

/** What this machine gives every host: its own cores, and the memory set for each. */
export function containerHardware({ memory }: { memory: number }): Pick<Host, "cores" | "memory"> {
  return { cores: cpus().length, memory };
}
