import type { Distribution } from "../../distributions/index.js";
import { absenceOf, execOf, fileOf, serviceOf, type HostState } from "../../hosts/host-state.js";
import {
  renderSiteManifest,
  renderPuppetConf,
  type PuppetConf,
} from "../../templates/puppet/puppet.js";
import { classifierScript } from "../../templates/foreman/foreman.js";
import { renderRoutes } from "../../templates/puppetdb/puppetdb.js";
import {
  renderCaCfg,
  renderJavaArgs,
  renderSizingConf,
  type ServerSizing,
} from "../../templates/puppetserver/puppetserver.js";
import type { ForemanClientArgs } from "../foreman/args.js";
import type { PuppetDbClientArgs } from "../puppetdb/args.js";

/**
 * Fails, before anything is changed, if a server's certificate lacks a name that clients connect to: a certificate
 * keeps the names it was signed with.
 */
export function certificateNames(
  distribution: Distribution,
  fqdn: string,
  names: readonly string[],
): HostState {
  const certificate = `${distribution.paths.ssldir}/certs/${fqdn}.pem`;
  const printNames = `openssl x509 -noout -ext subjectAltName -in ${certificate}`;
  const sentence = `the certificate of ${fqdn} was signed without some of ${names.join(", ")}; set the service names back to what they were, or have a new certificate made (puppetserver ca clean on the main server, puppet ssl clean on this host)`;
  return [
    execOf(`names in the certificate of ${fqdn}`, ["sh", "-c", `echo "${sentence}" >&2; exit 1`], {
      unless: `sh -c '! test -e ${certificate} || { ${names.map((name) => `${printNames} | grep -qE "DNS:${name}(,|$)"`).join(" && ")}; }'`,
    }),
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
          reports: [
            ...(puppetdb === undefined ? [] : ["puppetdb"]),
            ...(foreman === undefined ? [] : ["foreman"]),
          ],
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
    : [fileOf(routes, renderRoutes({ puppetdb: puppetdb !== undefined }), { notify })];
}

/** Settings that come before the first start of Puppet Server: with its CA on, it would create a CA of its own. */
export function serverSettings(
  distribution: Distribution,
  values: { authority: boolean; sizing: ServerSizing },
): HostState {
  const { paths, services } = distribution;
  const notify = `Service[${services.server}]`;
  const javaArgs = `JAVA_ARGS="${renderJavaArgs(values.sizing)}"`;
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
        notify,
      },
    ),
  ];
}

/** The running service, and a site manifest to compile until code is deployed. */
export function serverService(distribution: Distribution): HostState {
  const { paths, services } = distribution;
  const production = `${paths.codedir}/environments/production`;
  return [
    fileOf("/usr/local/share/puppet-site.pp", renderSiteManifest()),
    // Not as folders of the host's state: a deploy replaces them with links.
    execOf(
      "something to compile until code is deployed",
      [
        "install",
        "-D",
        "--mode=0644",
        "/usr/local/share/puppet-site.pp",
        `${production}/manifests/site.pp`,
      ],
      { unless: `test -e ${production} -a -e ${production}/manifests` },
    ),
    serviceOf(services.server),
  ];
}
