import { existingFaults, serverNames } from "../../settings/existing.js";
import type { Platform } from "../platform.js";
import { defaultCompilers } from "../../roles/compiler/names.js";

/** Existing servers: nothing is made, they are only reached. */
export const existing: Platform = {
  hostsNamedBy: "existing.servers",
  hostNames: ({ existing }) => serverNames(existing.servers),
  // The engine gives the default as well, where there is nothing else.
  faults: (settings, { compilers = defaultCompilers }) => [
    ...(compilers !== defaultCompilers
      ? [
          "puppet:compilers is set, but the compilers are the servers with that role in puppet:existing.servers; remove it.",
        ]
      : []),
    ...existingFaults(settings.existing, settings),
  ],
  hardware: ({ existing }, _, name) => {
    const server = existing.servers.find((server) => server.name === name);
    if (server === undefined) throw new Error(`${name} is none of puppet:existing.servers.`);
    const { cores, memory } = server;
    return {
      cores,
      memory,
      setting: `existing.servers.${name}.memory`,
      tooSmall: (least) =>
        `puppet:existing.servers has ${name} with ${String(memory)} MiB of memory; write a server with ${String(least)} or more.`,
    };
  },
  makeHosts: async (settings) => (await import("./make-hosts.js")).makeHosts(settings),
};
