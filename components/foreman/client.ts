import type { Distribution } from "../../distributions/index.js";
import { directoryAs } from "../../hosts/as-user.js";
import {
  absenceOf,
  directoryOf,
  fileOf,
  timerOf,
  turnedOff,
  type HostState,
} from "../../hosts/host-state.js";
import {
  classifierScript,
  foremanFolder,
  foremanHome,
  nodesScript,
  nodesUnits,
  renderClassifier,
  renderForemanLibrary,
  renderForemanSettings,
  renderNodes,
  renderNodesService,
  renderNodesTimer,
  settingsFile,
} from "../../templates/foreman/foreman.js";
import { oneOf, withDefaults } from "../arguments.js";
import { ExpiredClassification, NodeEnvironment } from "../choices.js";
import { defaults } from "../defaults.js";
import type { PuppetDbClientArgs } from "../puppetdb/args.js";
import type { ForemanClientArgs } from "./args.js";

const nodesTimer = `${nodesUnits}.timer`;

/** File with the CA certificates that verify Foreman's, if they are not those of the environment's CA. */
export const foremanCaFile = `${foremanFolder}/ca.pem`;

/**
 * Has a Puppet server send each node's facts to Foreman, and query it for the node's classes;
 * without a client, turns all of this off. The server presents its own certificate, which Foreman must trust.
 */
export function foremanClient(
  { paths, users }: Distribution,
  fqdn: string,
  client: ForemanClientArgs | undefined,
  puppetdb: PuppetDbClientArgs | undefined,
): HostState {
  if (client === undefined) return [...turnedOff(nodesTimer)];
  const { url, environment, timeout, cacheHours, whenExpired, caCertificate } = withDefaults(
    client,
    defaults.foremanClient,
  );
  oneOf("foreman.environment", environment, NodeEnvironment);
  oneOf("foreman.whenExpired", whenExpired, ExpiredClassification);
  const puppetCaFile = `${paths.ssldir}/certs/ca.pem`;
  return [
    directoryOf(foremanFolder),
    caCertificate === undefined ? absenceOf(foremanCaFile) : fileOf(foremanCaFile, caCertificate),
    fileOf(
      settingsFile,
      renderForemanSettings({
        ...{ url, environment, timeout, cacheHours, whenExpired },
        caFile: caCertificate === undefined ? puppetCaFile : foremanCaFile,
        ownCaFile: puppetCaFile,
        puppetdb: puppetdb?.serverUrls ?? [],
        certificate: `${paths.ssldir}/certs/${fqdn}.pem`,
        privateKey: `${paths.ssldir}/private_keys/${fqdn}.pem`,
        facts: `${paths.serverVardir}/server_data/facts`,
      }),
    ),
    directoryOf("/usr/local/lib/puppet-foreman"),
    fileOf("/usr/local/lib/puppet-foreman/puppet_foreman.rb", renderForemanLibrary()),
    directoryOf(foremanHome, { owner: users.puppet, group: users.puppet, mode: "0750" }),
    ...["/nodes", "/uploaded"].map((folder) =>
      directoryAs(users.puppet, `${foremanHome}${folder}`, { mode: "0750" }),
    ),
    fileOf(classifierScript, renderClassifier(paths), { mode: "0755" }),
    ...(puppetdb === undefined
      ? []
      : [
          fileOf(nodesScript, renderNodes(paths), { mode: "0755" }),
          ...timerOf(nodesUnits, {
            service: renderNodesService({ user: users.puppet }),
            timer: renderNodesTimer(),
          }),
        ]),
  ];
}
