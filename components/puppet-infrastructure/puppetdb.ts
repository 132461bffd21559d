import { distributions } from "../../distributions/index.js";
import { appliedOn } from "../../hosts/host-configuration.js";
import { rootCommand } from "../../hosts/root-command.js";
import type { AuthorityArgs } from "../certificates/args.js";
import type { LoadBalancer } from "../load-balancer/load-balancer.js";
import type { MainServer } from "../main-server/main-server.js";
import { PuppetDb } from "../puppetdb/puppetdb.js";
import { dismissServers } from "../puppetdb/state.js";
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

/** Ends PuppetDB's trust in compilers that have left, once the load balancer has no connection to them any more. */
export function dismissFormerCompilers(
  { parent, args }: InfrastructureContext,
  { puppetdb, loadBalancer }: { puppetdb: PuppetDb | undefined; loadBalancer: LoadBalancer },
): void {
  const host = args.hosts.puppetdb;
  if (puppetdb === undefined || host === undefined) return;
  const script = dismissServers(distributions[args.distribution.name]);
  rootCommand(
    `${host.name}-former-compilers`,
    host,
    {
      create: "bash -s",
      stdin: appliedOn(host).apply(
        (applied) => `${script}# After each configuration of the host: ${applied}\n`,
      ),
    },
    { parent, dependsOn: [puppetdb, loadBalancer] },
  );
}
