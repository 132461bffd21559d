import type { Host } from "../../hosts/host.js";
import type { PuppetDbSizingArgs } from "./args.js";

/** Memory and workers of PuppetDB and its PostgreSQL. */
export interface PuppetDbSizing extends Required<PuppetDbSizingArgs> {
  /** PostgreSQL's cache in MiB: a quarter of the memory, from 128 to 16384. */
  sharedBuffers: number;
}

/** What the JVM needs in addition to its heap, in MiB. */
const overhead = 256;

const between = (minimum: number, maximum: number, value: number) =>
  Math.min(maximum, Math.max(minimum, Math.floor(value)));

/**
 * The memory that the sizing of PuppetDB and PostgreSQL is based on.
 *
 * @param onMainServer whether they share the main server's host, of which they then get two fifths
 * @returns MiB
 */
export function puppetdbMemory(memory: number, onMainServer: boolean): number {
  return onMainServer ? Math.floor(memory * 0.4) : memory;
}

/**
 * Computes memory and workers from the host. A connection uses one core at a time, so a few for each core keep
 * PostgreSQL busy, and more would only slow it down; PuppetDB's own limits are the defaults for a host with six cores.
 *
 * @param host with the memory that is left for PuppetDB and PostgreSQL
 * @param local whether PostgreSQL is on the host as well
 * @throws Error naming the setting if the result does not fit the host
 */
export function puppetdbSizing(
  host: Pick<Host, "fqdn" | "cores" | "memory">,
  args: PuppetDbSizingArgs,
  local: boolean,
): PuppetDbSizing {
  const { cores, memory } = host;
  const connections = between(10, 50, cores * 4);
  const sizing = {
    heap: args.heap ?? between(512, 8192, memory * 0.4),
    threads: args.threads ?? between(1, 16, cores / 2),
    writeConnections: args.writeConnections ?? connections,
    readConnections: args.readConnections ?? connections,
    sharedBuffers: local ? between(128, 16384, memory / 4) : 0,
  };
  if (sizing.threads > cores) {
    throw new Error(
      `threads: ${String(sizing.threads)} on ${host.fqdn}, which has ${String(cores)} ${cores === 1 ? "core" : "cores"}; set at most ${String(cores)}: more would only slow each other down.`,
    );
  }
  if (sizing.writeConnections <= sizing.threads) {
    throw new Error(
      `writeConnections: ${String(sizing.writeConnections)} for ${String(sizing.threads)} threads; set at least ${String(sizing.threads + 1)}, so that cleanup gets a connection as well.`,
    );
  }
  const needed = sizing.heap + overhead + sizing.sharedBuffers;
  if (needed > memory) {
    throw new Error(
      `heap: ${String(sizing.heap)} MiB with ${String(overhead)} MiB for the JVM${local ? ` and ${String(sizing.sharedBuffers)} MiB for PostgreSQL` : ""} is ${String(needed)} MiB, but ${host.fqdn} has ${String(memory)} MiB for PuppetDB; ${args.heap === undefined ? "" : "lower heap, or "}give the host more memory.`,
    );
  }
  return sizing;
}
