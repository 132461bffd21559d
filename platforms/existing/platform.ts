import { distributions } from "../../distributions/index.js";
import { existingFaults, roleOf, serverNames, type Server } from "../../settings/existing.js";
import type { Settings } from "../../settings/settings.js";
import type { Platform } from "../platform.js";
import { defaultCompilers } from "../../roles/compiler/names.js";
import { roles, rolesOn } from "../../roles/roles.js";

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
    ...settings.existing.servers.flatMap((server) => takeOverFaults(server, settings)),
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

/** What is said to be taken over on a server where nothing is put in its place. */
function takeOverFaults(server: Server, settings: Settings): string[] {
  const replaced = rolesOn(roleOf(server), settings).flatMap(
    (role): readonly string[] =>
      roles[role].onServer(settings, distributions[settings.distribution]).replaces,
  );
  return [...new Set(server.takeOver)]
    .filter((thing) => !replaced.includes(thing))
    .map(
      (thing) =>
        `puppet:existing.servers has ${server.name} with takeOver ${thing}, which the role ${server.role} leaves alone; remove it, or write it at the server that is to take it over.`,
    );
}
