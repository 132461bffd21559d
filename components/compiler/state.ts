import type { HostState } from "../../hosts/host-state.js";
import type { WithDistribution } from "../arguments.js";
import { revocationListScript, revocationListTimer } from "../certificates/revocation-list.js";
import { certificateCheck, certificateRequest } from "../certificates/state.js";
import { compilerLimits, connectionLimits } from "../connection-limits/state.js";
import { foremanClient } from "../foreman/client.js";
import { authorization, compilerRules } from "../puppet-server/authorization.js";
import { codeNeeds } from "../puppet-server/code-needs.js";
import { queueLimits, serverSizing } from "../puppet-server/sizing.js";
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
import type { CompilerArgs } from "./args.js";
import { poolAnswer, poolPrograms } from "./pool-state.js";

/** Name of the script and units that fetch the CRL. */
export const crlRefresh = "puppet-crl-refresh";

/** A Puppet Server without a CA, with its certificate and the CA's CRL. */
export function compilerState(
  args: WithDistribution<CompilerArgs> & {
    deployedCode: boolean;
    fileBucket: boolean;
    drainTimeout: number;
  },
): HostState {
  const { host, distribution, caServer, deployedCode, fileBucket } = args;
  const { paths, users } = distribution;
  const list = `${paths.ssldir}/crl.pem`;
  const caFile = `${paths.ssldir}/certs/ca.pem`;
  const sizing = serverSizing(host, args.sizing);
  return [
    ...certificateCheck(args),
    ...serverPackage(distribution),
    // Before anything has Puppet Server use it.
    ...reports(
      distribution,
      host.fqdn,
      { puppetdb: args.puppetdb, foreman: args.foreman },
      args.reports,
    ),
    ...serverPuppetConf(distribution, {
      certname: host.fqdn,
      // Its own agent asks itself: the main server compiles for nobody else, because code there runs beside the CA's key.
      server: host.fqdn,
      caServer,
      dnsAltNames: args.subjectAltNames,
      puppetdb: args.puppetdb,
      foreman: args.foreman,
      deployedCode,
    }),
    ...authorization(distribution, compilerRules({ fqdn: host.fqdn, deployedCode, fileBucket })),
    ...puppetdbClient(distribution, args.puppetdb),
    ...factsRoutes(distribution, args.puppetdb, args.foreman),
    ...foremanClient(distribution, host.fqdn, args.foreman, args.puppetdb),
    ...serverSettings(distribution, {
      authority: false,
      sizing: { ...sizing, ...queueLimits(sizing.jrubies, args.sizing) },
    }),
    ...codeNeeds(distribution, args),
    // The server would not start without its certificate: with the CA off, it creates none.
    ...certificateRequest(args, users.puppet, `Service[${distribution.services.server}]`),
    ...revocationListScript({ name: crlRefresh, list, caFile, caServer }),
    // Puppet Server watches the file and loads a new CRL within a second.
    ...revocationListTimer({ name: crlRefresh, user: users.puppet }),
    ...connectionLimits(compilerLimits, args.knownAddresses),
    ...poolPrograms(args, { sizing, drainTimeout: args.drainTimeout }),
    ...serverService(distribution),
    ...noEarlierProcessor(distribution),
    ...poolAnswer(distribution),
    ...revokedConnections(distribution),
  ];
}
