import type { Distribution } from "../../distributions/index.js";
import { absenceAs, directoryAs, fileAs } from "../../hosts/as-user.js";
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
  const lib = `${paths.serverVardir}/lib`;
  const processor = `${lib}/puppet/reports/foreman.rb`;
  // An earlier version had root own folders there.
  const givenBack = execOf(
    "Puppet Server owns its folder of plugins",
    ["chown", "--recursive", "--no-dereference", `${users.puppet}:`, lib],
    { unless: `sh -c 'test -z "$(find ${lib} ! -user ${users.puppet} -print -quit 2>/dev/null)"'` },
  );
  if (client === undefined) {
    return [
      ...[reportsPath, nodesTimer].map((unit) =>
        execOf(`${unit} is off`, ["systemctl", "disable", "--now", unit], {
          unless: `sh -c '! systemctl is-enabled --quiet ${unit}'`,
        }),
      ),
      givenBack,
      absenceAs(users.puppet, processor, { notify }),
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
    ...["/nodes", "/uploaded", "/reports", "/reports/new", "/reports/unfinished"].map((folder) =>
      directoryAs(users.puppet, `${foremanHome}${folder}`, { mode: "0750" }),
    ),
    fileOf(classifierScript, renderClassifier(paths), { mode: "0755" }),
    givenBack,
    ...["", "/puppet", "/puppet/reports"].map((folder) =>
      directoryAs(users.puppet, `${lib}${folder}`),
    ),
    ...fileAs(users.puppet, processor, renderReportProcessor(), { notify }),
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
