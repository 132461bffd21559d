import type { Host } from "../../hosts/host.js";
import type { QueueLimits, ServerSizing } from "../../templates/puppetserver/puppetserver.js";
import { defaults } from "../defaults.js";
import type { CompilerSizingArgs, SizingArgs } from "./args.js";

/** What the JVM needs in addition to heap and code cache, in MiB (Puppet Server's tuning guide). */
const overhead = 256;
/** Heap of a server before its first JRuby, in MiB (same source). */
const baseHeap = 512;

/**
 * Computes a Puppet Server's workers and memory from its host: JRubies and heap follow Puppet Server's tuning guide;
 * memory for each JRuby depends on the host's memory, as in pe_tune (512 MiB up to 8 GiB, 768 below 32 GiB, 1024
 * above).
 *
 * @throws Error naming the setting if the result does not fit the host
 */
export function serverSizing(
  host: Pick<Host, "fqdn" | "cores" | "memory">,
  args: SizingArgs = {},
): ServerSizing {
  const perJruby = host.memory <= 8192 ? 512 : host.memory < 32768 ? 768 : 1024;
  const heapOf = (jrubies: number) => baseHeap + perJruby * jrubies;
  const codeCacheOf = (jrubies: number) => (jrubies <= 6 ? 512 : jrubies <= 12 ? 1024 : 2048);
  const fits = (jrubies: number) =>
    (args.heap ?? heapOf(jrubies)) + (args.codeCache ?? codeCacheOf(jrubies)) + overhead <=
    host.memory;

  let jrubies = args.jrubies ?? Math.max(1, host.cores - 1);
  const carries = (jrubies: number) => fits(jrubies) && (args.heap ?? Infinity) >= heapOf(jrubies);
  while (args.jrubies === undefined && jrubies > 1 && !carries(jrubies)) jrubies -= 1;

  const sizing = {
    jrubies,
    heap: args.heap ?? heapOf(jrubies),
    codeCache: args.codeCache ?? codeCacheOf(jrubies),
  };
  if (jrubies > host.cores) {
    throw new Error(
      `jrubies: ${String(jrubies)} on ${host.fqdn}, which has ${String(host.cores)} ${host.cores === 1 ? "core" : "cores"}; set at most ${String(host.cores)}: more would only slow each other down.`,
    );
  }
  if (sizing.heap < heapOf(0) + 256 * jrubies) {
    throw new Error(
      `heap: ${String(sizing.heap)} MiB on ${host.fqdn} is too small for ${String(jrubies)} ${jrubies === 1 ? "JRuby" : "JRubies"}; set at least ${String(heapOf(0) + 256 * jrubies)}, or better ${String(heapOf(jrubies))}.`,
    );
  }
  if (!fits(jrubies)) {
    const needed = sizing.heap + sizing.codeCache + overhead;
    throw new Error(
      `heap: ${String(sizing.heap)} MiB with ${String(sizing.codeCache)} MiB code cache and ${String(overhead)} MiB for the JVM is ${String(needed)} MiB, but ${host.fqdn} has ${String(host.memory)} MiB; lower heap, codeCache or jrubies, or give the host more memory.`,
    );
  }
  return sizing;
}

/** Requests that wait for each JRuby, and for all of them: of the web server's 200 threads, some must stay free. */
const [waitingForEach, waitingForAll] = [12, 150];

/** Computes how many requests wait on a compiler; docs/availability.md has what was measured. */
export function queueLimits(jrubies: number, args: CompilerSizingArgs = {}): QueueLimits {
  return {
    maxQueuedRequests: args.maxQueuedRequests ?? Math.min(waitingForEach * jrubies, waitingForAll),
    maxRetryDelay: args.maxRetryDelay ?? defaults.maxRetryDelay,
  };
}
