import { packageOf, type HostState } from "../../hosts/host-state.js";
import type { WithDistribution } from "../arguments.js";
import { revocationListScript, revocationListTimer } from "../certificates/revocation-list.js";
import { certificateRequest } from "../certificates/state.js";
import { foremanClient } from "../foreman/client.js";
import { environmentCache } from "../puppet-server/authorization.js";
import { serverSizing } from "../puppet-server/sizing.js";
import {
  certificateNames,
  factsRoutes,
  serverPuppetConf,
  serverService,
  serverSettings,
} from "../puppet-server/state.js";
import { puppetdbClient } from "../puppetdb/client.js";
import type { CompilerArgs } from "./args.js";

/** Name of the script and units that fetch the CRL. */
export const crlRefresh = "puppet-crl-refresh";

/** A Puppet Server without a CA, with its certificate and the CA's CRL. */
export function compilerState(
  args: WithDistribution<CompilerArgs> & { deployedCode: boolean },
): HostState {
  const { host, distribution, caServer } = args;
  const { paths, users } = distribution;
  const list = `${paths.ssldir}/crl.pem`;
  const caFile = `${paths.ssldir}/certs/ca.pem`;
  return [
    ...certificateNames(distribution, host.fqdn, args.subjectAltNames),
    packageOf(distribution.packages.server),
    ...serverPuppetConf(distribution, {
      certname: host.fqdn,
      // Not through the load balancer: a broken pool must not prevent its members from being repaired.
      server: caServer,
      caServer,
      dnsAltNames: args.subjectAltNames,
      puppetdb: args.puppetdb,
      foreman: args.foreman,
      deployedCode: args.deployedCode,
    }),
    ...(args.deployedCode ? environmentCache(distribution, host.fqdn) : []),
    ...puppetdbClient(distribution, args.puppetdb),
    ...factsRoutes(distribution, args.puppetdb, args.foreman),
    ...foremanClient(distribution, host.fqdn, args.foreman, args.puppetdb),
    ...serverSettings(distribution, {
      authority: false,
      sizing: serverSizing(host, args.sizing),
    }),
    // The server would not start without its certificate: with the CA off, it creates none.
    ...certificateRequest(args, users.puppet),
    ...revocationListScript({ name: crlRefresh, list, caFile, caServer }),
    // Puppet Server watches the file and loads a new CRL within a second.
    ...revocationListTimer({ name: crlRefresh, user: users.puppet }),
    ...serverService(distribution),
  ];
}
