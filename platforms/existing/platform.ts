import { existingFaults, serverNames } from "../../settings/existing.js";
import type { Platform } from "../platform.js";
import { defaultCompilers } from "../../roles/compiler/names.js";

/** Existing servers: nothing is created, Pulumi only connects to them. */
export const existing: Platform = {
  hostsNamedBy: "existing.servers",
  hostNames: ({ existing }) => serverNames(existing.servers),
  // The engine also passes the default if nothing is set.
  faults: (settings, { compilers = defaultCompilers }) => [
    ...(compilers !== defaultCompilers
      ? [
          "puppet:compilers is set, but the compilers here are the servers with that role in puppet:existing.servers; remove it.",
        ]
      : []),
    ...existingFaults(settings.existing, settings),
  ],
  hardware: ({ existing }, _, name) => {
    const server = existing.servers.find((server) => server.name === name);
    if (server === undefined) throw new Error(`${name} is not in puppet:existing.servers.`);
    const { cores, memory } = server;
    return {
      cores,
      memory,
      setting: `existing.servers.${name}.memory`,
      tooSmall: (least) =>
        `puppet:existing.servers has ${name} with ${String(memory)} MiB of memory; write a server with at least ${String(least)} MiB.`,
    };
  },
  makeHosts: async (settings) => (await import("./make-hosts.js")).makeHosts(settings),
};
