import { cpus } from "node:os";
import type { Host } from "../../hosts/host.js";

/** What this machine gives each host: all of its cores, and the memory set for each host. */
export function containerHardware({ memory }: { memory: number }): Pick<Host, "cores" | "memory"> {
  return { cores: cpus().length, memory };
}
