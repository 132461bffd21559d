import type { Distribution } from "../../distributions/index.js";
import { absenceAs, commandAs, directoryAs, fileAs } from "../../hosts/as-user.js";
import {
  absenceOf,
  directoryOf,
  execOf,
  fileOf,
  serviceOf,
  turnedOff,
  unitOf,
  type HostState,
} from "../../hosts/host-state.js";
import {
  renderFactsTerminus,
  renderReportProcessor,
  renderReportsProgram,
  renderReportsService,
  renderReportsSettings,
  reportsFolder,
  reportsFolders,
  reportsLibrary,
  reportsLibraryFiles,
  reportsProgram,
  reportsService,
  reportsSettingsFile,
  spooled,
} from "../../templates/reports/reports.js";
import { defaults } from "../defaults.js";
import { foremanCaFile } from "../foreman/client.js";
import type { ForemanClientArgs } from "../foreman/args.js";
import type { PuppetDbClientArgs } from "../puppetdb/args.js";
import type { ReportsArgs } from "./args.js";
import { limitsOf } from "./limits.js";

/** What an earlier version sent reports to Foreman with. */
const earlierUnits = {
  path: "puppet-foreman-reports.path",
  service: "puppet-foreman-reports.service",
};

/** Who gets a Puppet server's reports. */
export interface ReportsClients {
  puppetdb: PuppetDbClientArgs | undefined;
  foreman: ForemanClientArgs | undefined;
}

/** Whether the facts of agents wait for PuppetDB as reports do; if not, an agent's run fails without it. */
export const factsWait = (puppetdb: PuppetDbClientArgs | undefined) =>
  puppetdb?.softWriteFailure ?? defaults.puppetdbClient.softWriteFailure;

/**
 * Has a Puppet server keep reports, and facts for PuppetDB, until who gets them has them; without anybody who does, turns
 * that off.
 *
 * @throws InputPropertyError if a limit is none
 */
export function reports(
  { paths, users, services }: Distribution,
  fqdn: string,
  { puppetdb, foreman }: ReportsClients,
  args: ReportsArgs = {},
): HostState {
  const server = { notify: `Service[${services.server}]` };
  const lib = `${paths.serverVardir}/lib`;
  const [processor, terminus] = [
    `${lib}/puppet/reports/${spooled}.rb`,
    `${lib}/puppet/indirector/facts/${spooled}.rb`,
  ];
  // An earlier version had root own folders there.
  const givenBack = execOf(
    "Puppet Server owns its folder of plugins",
    ["chown", "--recursive", "--no-dereference", `${users.puppet}:`, lib],
    { unless: `sh -c 'test -z "$(find ${lib} ! -user ${users.puppet} -print -quit 2>/dev/null)"'` },
  );
  const earlier = [
    ...turnedOff(earlierUnits.path),
    execOf(`stop ${earlierUnits.service}`, ["systemctl", "stop", earlierUnits.service], {
      unless: `sh -c '! systemctl is-active ${earlierUnits.service} | grep -q ^activ'`,
    }),
    ...Object.values(earlierUnits).map((unit) => absenceOf(`/etc/systemd/system/${unit}`)),
    absenceOf("/usr/local/sbin/puppet-foreman-send"),
    givenBack,
  ];
  if (puppetdb === undefined && foreman === undefined) {
    const folders = reportsFolders.map((folder) => `${reportsFolder}/${folder}`).join(" ");
    return [
      ...earlier,
      ...turnedOff(reportsService),
      ...[processor, terminus].map((path) => absenceAs(users.puppet, path, server)),
      execOf(
        "nothing waits for nobody",
        ["sh", "-c", commandAs(users.puppet, `rm --recursive --force ${folders}`)],
        { unless: `test ! -e ${reportsFolder}/puppetdb` },
      ),
    ];
  }
  const caFile = `${paths.ssldir}/certs/ca.pem`;
  const service = { notify: `Service[${reportsService}]` };
  return [
    ...earlier,
    directoryOf("/etc/puppet-reports"),
    fileOf(
      reportsSettingsFile,
      renderReportsSettings({
        ...limitsOf(args),
        certificate: `${paths.ssldir}/certs/${fqdn}.pem`,
        privateKey: `${paths.ssldir}/private_keys/${fqdn}.pem`,
        puppetdb: puppetdb && { urls: puppetdb.serverUrls, caFile },
        foreman: foreman && {
          url: foreman.url,
          caFile: foreman.caCertificate === undefined ? caFile : foremanCaFile,
        },
      }),
      service,
    ),
    directoryOf(reportsLibrary),
    ...Object.entries(reportsLibraryFiles()).map(([name, content]) =>
      fileOf(`${reportsLibrary}/${name}`, content, {
        notify: ["kept.rb", "spool.rb"].includes(name)
          ? [service.notify, server.notify]
          : service.notify,
      }),
    ),
    directoryOf(reportsFolder, { owner: users.puppet, group: users.puppet, mode: "0700" }),
    ...reportsFolders.map((folder) =>
      directoryAs(users.puppet, `${reportsFolder}/${folder}`, { mode: "0700" }),
    ),
    ...["", "/puppet", "/puppet/reports", "/puppet/indirector", "/puppet/indirector/facts"].map(
      (folder) => directoryAs(users.puppet, `${lib}${folder}`),
    ),
    ...fileAs(
      users.puppet,
      processor,
      renderReportProcessor({ puppetdb: puppetdb !== undefined, foreman: foreman !== undefined }),
      server,
    ),
    ...(puppetdb !== undefined && factsWait(puppetdb)
      ? fileAs(users.puppet, terminus, renderFactsTerminus(), server)
      : [absenceAs(users.puppet, terminus, server)]),
    fileOf(reportsProgram, renderReportsProgram(paths), { mode: "0755", ...service }),
    ...unitOf(reportsService, renderReportsService({ user: users.puppet }), service),
    serviceOf(reportsService),
  ];
}

/** Removes the report processor of an earlier version, which Puppet Server may need until it has restarted. */
export function noEarlierProcessor({ paths, users }: Distribution): HostState {
  return [absenceAs(users.puppet, `${paths.serverVardir}/lib/puppet/reports/foreman.rb`)];
}
