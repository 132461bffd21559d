import type * as pulumi from "@pulumi/pulumi";
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
import type { PuppetDbClientArgs } from "../puppet-server/state.js";

const nodesTimer = `${nodesUnits}.timer`;

/** What Puppet servers do with Foreman's answers, and without them. */
export interface ForemanUse {
  /**
   * Who decides a node's environment: `foreman`, which is the default, or the `agent` by its own configuration.
   */
  environment?: NodeEnvironment;
  /** Seconds a catalog waits for Foreman, once; 10 by default. Then the last classification is served. */
  timeout?: number;
  /** Hours for which a classification is good without a new answer; 168 by default. */
  cacheHours?: number;
  /**
   * What happens without a classification that young: with `serve`, the default, the old one is served, and none to a node
   * that this server has not seen before; with `fail` the agent gets no catalog.
   */
  whenExpired?: ExpiredClassification;
}

/** How a Puppet server reaches Foreman. */
export interface ForemanClientArgs extends ForemanUse {
  /** Address, `https://NAME` or `https://NAME:PORT`. */
  url: string;
  /** Certificates, PEM, that Foreman's own is verified with; those of the environment's CA by default. */
  caCertificate?: pulumi.Input<string>;
}

/**
 * What makes a Puppet server ask Foreman for each node's classes, with the facts it sent, and give it the reports; without
 * a client, what unmakes it. It shows its own certificate, which Foreman has to trust.
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
  const given = withDefaults(client, defaults.foremanClient);
  oneOf("foreman.environment", given.environment, NodeEnvironment);
  oneOf("foreman.whenExpired", given.whenExpired, ExpiredClassification);
  const { url, environment, timeout, cacheHours, whenExpired, caCertificate } = given;
  const ownCa = `${paths.ssldir}/certs/ca.pem`;
  const otherCa = `${foremanFolder}/ca.pem`;
  const theirs = { owner: users.puppet, group: users.puppet, mode: "0750" };
  return [
    directoryOf(foremanFolder),
    caCertificate === undefined ? absenceOf(otherCa) : fileOf(otherCa, caCertificate),
    fileOf(
      settingsFile,
      renderForemanSettings({
        ...{ url, environment, timeout, cacheHours, whenExpired },
        caFile: caCertificate === undefined ? ownCa : otherCa,
        ownCaFile: ownCa,
        puppetdb: puppetdb?.serverUrls ?? [],
        certificate: `${paths.ssldir}/certs/${fqdn}.pem`,
        privateKey: `${paths.ssldir}/private_keys/${fqdn}.pem`,
        facts: `${paths.serverVardir}/server_data/facts`,
      }),
    ),
    directoryOf("/usr/local/lib/puppet-foreman"),
    fileOf("/usr/local/lib/puppet-foreman/puppet_foreman.rb", renderForemanLibrary()),
    ...["", "/nodes", "/uploaded", "/reports", "/reports/new", "/reports/unfinished"].map(
      (folder) => directoryOf(`${foremanHome}${folder}`, theirs),
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
