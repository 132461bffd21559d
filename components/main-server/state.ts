import { packageOf, type HostState } from "../../hosts/host-state.js";
import type { WithDistribution } from "../arguments.js";
import { foremanClient } from "../foreman/client.js";
import { environmentCache, environmentClasses } from "../puppet-server/authorization.js";
import { serverSizing } from "../puppet-server/sizing.js";
import {
  certificateNames,
  factsRoutes,
  serverPuppetConf,
  serverService,
  serverSettings,
} from "../puppet-server/state.js";
import { puppetdbClient } from "../puppetdb/client.js";
import type { MainServerArgs } from "./args.js";

/** A Puppet Server with the CA. */
export function mainServerState(
  args: WithDistribution<MainServerArgs> & { smartProxy: boolean; deployedCode: boolean },
): HostState {
  const { host, distribution, authority, caServer, subjectAltNames, puppetdb, foreman } = args;
  const memory = host.memory - (args.reservedMemory ?? 0);
  return [
    ...certificateNames(distribution, host.fqdn, subjectAltNames),
    packageOf(distribution.packages.server),
    ...serverPuppetConf(distribution, {
      certname: host.fqdn,
      server: caServer,
      caServer,
      dnsAltNames: subjectAltNames,
      autosign: authority.policy,
      puppetdb,
      foreman,
      deployedCode: args.deployedCode,
    }),
    ...(args.deployedCode ? environmentCache(distribution, host.fqdn) : []),
    ...(args.smartProxy ? environmentClasses(distribution, host.fqdn) : []),
    ...puppetdbClient(distribution, puppetdb),
    ...factsRoutes(distribution, puppetdb, foreman),
    ...foremanClient(distribution, host.fqdn, foreman, puppetdb),
    ...serverSettings(distribution, {
      authority: true,
      sizing: serverSizing({ ...host, memory }, args.sizing),
    }),
    ...authority.state,
    ...serverService(distribution),
  ];
}
