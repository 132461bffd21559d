import * as pulumi from "@pulumi/pulumi";
import {
  copyOf,
  directoryOf,
  fileOf,
  packageOf,
  serviceOf,
  type HostState,
} from "../../hosts/host-state.js";
import { agentsPort } from "../../templates/puppetserver/puppetserver.js";
import {
  renderSmartProxySettings,
  smartProxyFolder,
} from "../../templates/smart-proxy/smart-proxy.js";
import type { WithDistribution } from "../arguments.js";
import { foremanRepository } from "../foreman/repository.js";
import type { SmartProxyArgs } from "./args.js";

/** The smart proxy's package, service and group. */
export const smartProxyService = "foreman-proxy";

/** Host state of the smart proxy on the main server, from its package to the running service. */
export function smartProxyState(args: WithDistribution<SmartProxyArgs>): HostState {
  const { main, distribution, foremanUrl, caCertificate, foremanCaCertificate } = args;
  const { ssldir } = distribution.paths;
  const folder = `${smartProxyFolder}/tls`;
  const tls = {
    caFile: `${folder}/ca.pem`,
    certificate: `${folder}/host.pem`,
    privateKey: `${folder}/host.key`,
  };
  const notify = `Service[${smartProxyService}]`;
  const readableByProxy = { group: smartProxyService, mode: "0640", notify };
  const settings = renderSmartProxySettings({
    tls,
    foremanUrl,
    puppetUrl: `https://${main.fqdn}:${String(agentsPort)}`,
  });
  return [
    ...foremanRepository(
      main.fqdn,
      args,
      "set puppet:foreman.smartProxy to false, or puppet:foreman.packages to a repository that has foreman-proxy for it",
    ),
    packageOf(smartProxyService),
    directoryOf(folder, { group: smartProxyService, mode: "0750" }),
    fileOf(
      tls.caFile,
      pulumi
        .all([caCertificate, foremanCaCertificate])
        .apply(
          ([puppet, foreman]) => puppet + (foreman === undefined ? "" : `${foreman.trim()}\n`),
        ),
      { notify },
    ),
    copyOf(tls.certificate, `${ssldir}/certs/${main.fqdn}.pem`, { notify }),
    copyOf(tls.privateKey, `${ssldir}/private_keys/${main.fqdn}.pem`, readableByProxy),
    ...Object.entries(settings).map(([name, content]) =>
      fileOf(`${smartProxyFolder}/${name}`, content, readableByProxy),
    ),
    serviceOf(smartProxyService),
  ];
}
