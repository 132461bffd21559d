import type { Distribution } from "../../distributions/index.js";
import {
  absenceOf,
  directoryOf,
  execOf,
  fileOf,
  serviceOf,
  timerOf,
  unitOf,
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
  renderReportProcessor,
  renderReportsPath,
  renderReportsService,
  renderSend,
  reportsPath,
  sendScript,
  settingsFile,
} from "../../templates/foreman/foreman.js";
import { oneOf, withDefaults } from "../arguments.js";
import { ExpiredClassification, NodeEnvironment } from "../choices.js";
import { defaults } from "../defaults.js";
import type { PuppetDbClientArgs } from "../puppetdb/args.js";
import type { ForemanClientArgs } from "./args.js";

const nodesTimer = `${nodesUnits}.timer`;

/**
 * Has a Puppet server send each node's facts to Foreman, query it for the node's classes, and send it the reports;
 * without a client, turns all of this off. The server presents its own certificate, which Foreman must trust.
 */
export function foremanClient(
  { paths, users, services }: Distribution,
  fqdn: string,
  client: ForemanClientArgs | undefined,
  puppetdb: PuppetDbClientArgs | undefined,
): HostState {
  const notify = `Service[${services.server}]`;
  const processor = `${paths.serverVardir}/lib/puppet/reports/foreman.rb`;
  if (client === undefined) {
    return [
      ...[reportsPath, nodesTimer].map((unit) =>
        execOf(`${unit} is off`, ["systemctl", "disable", "--now", unit], {
          unless: `sh -c '! systemctl is-enabled --quiet ${unit}'`,
        }),
      ),
      absenceOf(processor, { notify }),
    ];
  }
  const { url, environment, timeout, cacheHours, whenExpired, caCertificate } = withDefaults(
    client,
    defaults.foremanClient,
  );
  oneOf("foreman.environment", environment, NodeEnvironment);
  oneOf("foreman.whenExpired", whenExpired, ExpiredClassification);
  const puppetCaFile = `${paths.ssldir}/certs/ca.pem`;
  const foremanCaFile = `${foremanFolder}/ca.pem`;
  const ownedByPuppet = { owner: users.puppet, group: users.puppet, mode: "0750" };
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
    ...["", "/nodes", "/uploaded", "/reports", "/reports/new", "/reports/unfinished"].map(
      (folder) => directoryOf(`${foremanHome}${folder}`, ownedByPuppet),
    ),
    fileOf(classifierScript, renderClassifier(paths), { mode: "0755" }),
    ...["", "/puppet", "/puppet/reports"].map((folder) =>
      directoryOf(`${paths.serverVardir}/lib${folder}`),
    ),
    fileOf(processor, renderReportProcessor(), { notify }),
    fileOf(sendScript, renderSend(paths), { mode: "0755" }),
    ...unitOf("puppet-foreman-reports.service", renderReportsService({ user: users.puppet })),
    ...unitOf(reportsPath, renderReportsPath(), { notify: `Service[${reportsPath}]` }),
    serviceOf(reportsPath),
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
