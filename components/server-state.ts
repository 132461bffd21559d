import type { Distribution } from "../distributions/index.js";
import { directoryOf, execOf, fileOf, serviceOf, type HostState } from "../hosts/host-state.js";
import {
  renderSiteManifest,
  renderPuppetConf,
  type PuppetConf,
} from "../templates/puppet/puppet.js";
import {
  renderCaCfg,
  renderJavaArgs,
  renderSizingConf,
  type ServerSizing,
} from "../templates/puppetserver/puppetserver.js";

/**
 * Fails, before anything is changed, when a server's certificate lacks a name that clients would ask for:
 * a certificate keeps the names it was signed with.
 */
export function certificateNames(
  distribution: Distribution,
  fqdn: string,
  names: readonly string[],
): HostState {
  const certificate = `${distribution.paths.ssldir}/certs/${fqdn}.pem`;
  const asked = `openssl x509 -noout -ext subjectAltName -in ${certificate}`;
  const sentence = `the certificate of ${fqdn} was signed without some of ${names.join(", ")}; set the service names back to what they were, or have a new certificate made (puppetserver ca clean on the main server, puppet ssl clean on this host)`;
  return [
    execOf(`names in the certificate of ${fqdn}`, ["sh", "-c", `echo "${sentence}" >&2; exit 1`], {
      unless: `sh -c '! test -e ${certificate} || { ${names.map((name) => `${asked} | grep -qE "DNS:${name}(,|$)"`).join(" && ")}; }'`,
    }),
  ];
}

/** puppet.conf of a host that runs Puppet Server. */
export function serverPuppetConf(
  distribution: Distribution,
  values: Omit<PuppetConf, "serverSection"> & { autosign?: string },
): HostState {
  const { paths } = distribution;
  const { autosign, ...rest } = values;
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
          ...(autosign === undefined ? {} : { cadir: paths.cadir, autosign }),
        },
      }),
      { notify: `Service[${distribution.services.server}]` },
    ),
  ];
}

/** What must stand before Puppet Server first starts: a server started with its CA on makes one of its own. */
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
    // One line of a file that belongs to the package: the rest of it changes with the package's version.
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

/** The running service, and something to compile until code is deployed. */
export function serverService(distribution: Distribution): HostState {
  const { paths, services } = distribution;
  const production = `${paths.codedir}/environments/production`;
  return [
    directoryOf(`${paths.codedir}/environments`),
    directoryOf(production),
    directoryOf(`${production}/manifests`),
    fileOf(`${production}/manifests/site.pp`, renderSiteManifest(), {
      replace: false,
    }),
    serviceOf(services.server),
  ];
}
