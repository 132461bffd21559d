import type { AuthorityArgs } from "../certificates/args.js";
import type { MainServer } from "../main-server/main-server.js";
import { PuppetDb } from "../puppetdb/puppetdb.js";
import type { InfrastructureContext } from "./context.js";

/** PuppetDB, where it has a host. */
export function deployPuppetDb(
  context: InfrastructureContext,
  { main, certificates }: { main: MainServer; certificates: AuthorityArgs },
): PuppetDb | undefined {
  const { parent, args, hdm } = context;
  const { hosts } = args;
  if (hosts.puppetdb === undefined) return undefined;
  return new PuppetDb(
    context.puppetdbOnMainServer ? `${hosts.main.name}-puppetdb` : hosts.puppetdb.name,
    {
      ...certificates,
      ...args.puppetdb,
      host: hosts.puppetdb,
      caServer: args.caServer,
      servers: [
        ...[hosts.main, ...hosts.compilers].map((host) => host.fqdn),
        ...args.plannedCompilers,
      ],
      serversStay: true,
      postgresql: args.postgresql,
      sizing: args.puppetdb,
      readers: hdm === undefined ? [] : [hdm.host.fqdn],
    },
    // The CA signs its host's certificate.
    { parent, dependsOn: main },
  );
}
