import { packageOf, type HostState } from "../../hosts/host-state.js";
import type { WithDistribution } from "../arguments.js";
import { mainCertificateNames } from "../certificates/main-certificate.js";
import { connectionLimits, mainServerLimits } from "../connection-limits/state.js";
import { noOwnEnvironments } from "../control-repository/own-environments.js";
import { foremanClient } from "../foreman/client.js";
import { authorization, mainServerRules } from "../puppet-server/authorization.js";
import { codeNeeds } from "../puppet-server/code-needs.js";
import { serverSizing } from "../puppet-server/sizing.js";
import {
  factsRoutes,
  serverPackage,
  serverPuppetConf,
  serverService,
  serverSettings,
} from "../puppet-server/state.js";
import { puppetdbClient } from "../puppetdb/client.js";
import { noEarlierProcessor, reports } from "../reports/state.js";
import { revokedConnections } from "../revoked-connections/state.js";
import type { MainServerArgs } from "./args.js";

/** A Puppet Server with the CA. */
export function mainServerState(
  args: WithDistribution<MainServerArgs> & {
    smartProxy: boolean;
    deployedCode: boolean;
    controlRepository: boolean;
  },
): HostState {
  const { host, distribution, authority, caServer, subjectAltNames, puppetdb, foreman } = args;
  const { deployedCode, smartProxy } = args;
  const memory = host.memory - (args.reservedMemory ?? 0);
  return [
    ...authority.ownership,
    ...(args.controlRepository ? noOwnEnvironments(distribution) : []),
    ...mainCertificateNames(distribution, host.fqdn, subjectAltNames),
    ...serverPackage(distribution),
    // Before anything has Puppet Server use it.
    ...reports(distribution, host.fqdn, { puppetdb, foreman }, args.reports),
    ...serverPuppetConf(distribution, {
      certname: host.fqdn,
      server: caServer,
      caServer,
      dnsAltNames: subjectAltNames,
      autosign: authority.policy,
      puppetdb,
      foreman,
      deployedCode,
    }),
    ...puppetdbClient(distribution, puppetdb),
    // Deployments end with a request to PuppetDB.
    ...(puppetdb === undefined ? [] : [packageOf("curl")]),
    ...factsRoutes(distribution, puppetdb, foreman),
    ...foremanClient(distribution, host.fqdn, foreman, puppetdb),
    ...serverSettings(distribution, {
      authority: true,
      sizing: serverSizing({ ...host, memory }, args.sizing),
    }),
    ...codeNeeds(distribution, args),
    ...authority.state,
    ...authorization(distribution, mainServerRules({ fqdn: host.fqdn, deployedCode, smartProxy })),
    ...connectionLimits(mainServerLimits),
    ...serverService(distribution),
    ...noEarlierProcessor(distribution),
    ...revokedConnections(distribution),
  ];
}
