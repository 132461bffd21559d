import { dirname } from "node:path/posix";
import type { Distribution } from "../../distributions/index.js";
import {
  absenceOf,
  directoryOf,
  execOf,
  fileOf,
  packageOf,
  serviceOf,
  unitOf,
  type HostState,
} from "../../hosts/host-state.js";
import { startsAgain } from "../../hosts/starts-again.js";
import {
  renderSiteManifest,
  renderPuppetConf,
  type PuppetConf,
} from "../../templates/puppet/puppet.js";
import { classifierScript } from "../../templates/foreman/foreman.js";
import { renderRoutes } from "../../templates/puppetdb/puppetdb.js";
import { spooled } from "../../templates/reports/reports.js";
import {
  agentsPort,
  renderCaCfg,
  renderJavaArgs,
  renderLocale,
  renderSizingConf,
  type QueueLimits,
  type ServerSizing,
} from "../../templates/puppetserver/puppetserver.js";
import type { ForemanClientArgs } from "../foreman/args.js";
import type { PuppetDbClientArgs } from "../puppetdb/args.js";
import { factsWait } from "../reports/state.js";

/** The site manifest that a server compiles until code is deployed. */
export const firstManifest = "/usr/local/share/puppet-site.pp";

/** The daily job of Debian's package. */
const dailyJob = "/etc/cron.daily/puppetserver";

/** Puppet Server's package, and the folders of its configuration. */
export function serverPackage({ packages, paths, users }: Distribution): HostState {
  const folder = dirname(paths.serverConfdir);
  return [
    packageOf(packages.server),
    // Debian gives the folder to the service's user, who could then put links in place of what root writes there. The
    // package keeps an owner that was set this way.
    execOf(
      "root owns the configuration of Puppet Server",
      [
        ...["dpkg-statoverride", "--update", "--force-statoverride-add", "--add"],
        ...["root", users.puppet, "0750", folder],
      ],
      { unless: `test "$(stat --format %U ${folder})" = root` },
    ),
    // Debian's daily job asks Puppet, as root, where reports are. Puppet as root runs what is in /var/cache/puppet, which
    // belongs to the service's user; and no reports are there.
    execOf(
      "no daily job runs Puppet as root",
      ["dpkg-divert", "--local", "--rename", "--add", dailyJob],
      { unless: `test ! -e ${dailyJob}` },
    ),
    // Links from before that end here.
    ...[paths.serverConfdir, paths.serverServicesdir].map((path) => directoryOf(path)),
  ];
}

/** puppet.conf of a host that runs Puppet Server. */
export function serverPuppetConf(
  distribution: Distribution,
  values: Omit<PuppetConf, "serverSection"> & {
    autosign?: string;
    puppetdb: PuppetDbClientArgs | undefined;
    foreman: ForemanClientArgs | undefined;
    /** Whether code deployment manages the environments. */
    deployedCode: boolean;
  },
): HostState {
  const { paths } = distribution;
  const { autosign, puppetdb, foreman, deployedCode, ...rest } = values;
  return [
    fileOf(
      `${paths.confdir}/puppet.conf`,
      renderPuppetConf({
        ...rest,
        serverSection: {
          ssldir: paths.ssldir,
          vardir: paths.serverVardir,
          logdir: paths.serverLogdir,
          rundir: paths.serverRundir,
          codedir: paths.codedir,
          puppetdb: puppetdb !== undefined,
          reports: puppetdb === undefined && foreman === undefined ? [] : [spooled],
          ...(foreman === undefined ? {} : { classifier: classifierScript }),
          deployedCode,
          ...(autosign === undefined ? {} : { cadir: paths.cadir, autosign }),
        },
      }),
      { notify: `Service[${distribution.services.server}]` },
    ),
  ];
}

/** Where a server stores its nodes' facts: in PuppetDB, and in one file for each node for Foreman. */
export function factsRoutes(
  { paths, services }: Distribution,
  puppetdb: PuppetDbClientArgs | undefined,
  foreman: ForemanClientArgs | undefined,
): HostState {
  const notify = `Service[${services.server}]`;
  const routes = `${paths.confdir}/routes.yaml`;
  return puppetdb === undefined && foreman === undefined
    ? [absenceOf(routes, { notify })]
    : [
        fileOf(
          routes,
          renderRoutes(
            puppetdb === undefined ? "json" : factsWait(puppetdb) ? spooled : "puppetdb",
          ),
          { notify },
        ),
      ];
}

/** Settings that come before the first start of Puppet Server: with its CA on, it would create a CA of its own. */
export function serverSettings(
  distribution: Distribution,
  values: { authority: boolean; sizing: ServerSizing & Partial<QueueLimits> },
): HostState {
  const { paths, services } = distribution;
  const notify = `Service[${services.server}]`;
  const javaArgs = `JAVA_ARGS="${renderJavaArgs(values.sizing)}"`;
  const dropIns = `${services.server}.service.d`;
  return [
    fileOf(`${paths.serverServicesdir}/ca.cfg`, renderCaCfg(values), {
      notify,
    }),
    fileOf(`${paths.serverConfdir}/sizing.conf`, renderSizingConf(values.sizing), { notify }),
    // One line of a file that belongs to the package: the rest changes with the package's version.
    execOf(
      `JAVA_ARGS of ${services.server}`,
      ["sed", "-i", `s|^JAVA_ARGS=.*|${javaArgs}|`, paths.serverDefaults],
      {
        unless: `grep -qxF '${javaArgs}' ${paths.serverDefaults}`,
        replaces: [paths.serverDefaults],
        notify,
      },
    ),
    ...startsAgain(services.server),
    // Without a notification: it takes effect at the next start.
    ...unitOf(`${dropIns}/locale.conf`, renderLocale()),
  ];
}

/** The running service, and a site manifest to compile until code is deployed. */
export function serverService(distribution: Distribution): HostState {
  const { paths, services } = distribution;
  const environments = `${paths.codedir}/environments`;
  const production = `${environments}/production`;
  const install = `install -D --mode=0644 ${firstManifest} ${production}/manifests/site.pp`;
  return [
    fileOf(firstManifest, renderSiteManifest()),
    // Not as folders of the host's state: a deploy replaces them with links. As the owner of the environments, which is
    // root until code is deployed: a link of theirs could lead anywhere.
    execOf(
      "something to compile until code is deployed",
      [
        "sh",
        "-c",
        `umask 022; mkdir --parents ${environments}; exec runuser --user "$(stat --format %U ${environments})" -- ${install}`,
      ],
      { unless: `test -e ${production} -a -e ${production}/manifests` },
    ),
    serviceOf(services.server, { ports: [agentsPort] }),
  ];
}
