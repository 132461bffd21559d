import { copyAs } from "../../hosts/as-user.js";
import {
  directoryOf,
  fileOf,
  packageOf,
  serviceOf,
  type HostState,
} from "../../hosts/host-state.js";
import { startsAgain } from "../../hosts/starts-again.js";
import { agentsPort } from "../../templates/puppetserver/puppetserver.js";
import {
  renderSmartProxySettings,
  smartProxyFolder,
} from "../../templates/smart-proxy/smart-proxy.js";
import type { WithDistribution } from "../arguments.js";
import { serverCertificate } from "../certificates/files.js";
import { foremanRepository } from "../foreman/repository.js";
import type { SmartProxyArgs } from "./args.js";
import { smartProxyDoor, smartProxyDoorServices } from "./door-state.js";

/** The smart proxy's package, service and group. */
const smartProxyService = "foreman-proxy";

/** The services of the smart proxy, in the order in which they stop. */
export const smartProxyServices = [...smartProxyDoorServices, smartProxyService];

/** Host state of the smart proxy on the main server, from its package to the open port. */
export function smartProxyState(args: WithDistribution<SmartProxyArgs>): HostState {
  const { main, distribution, foremanUrl, caCertificate } = args;
  const files = serverCertificate(distribution, main.fqdn);
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
    fqdn: main.fqdn,
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
    fileOf(tls.caFile, caCertificate, { notify }),
    ...copyAs(files.owner, tls.certificate, files.certificate, { notify }),
    ...copyAs(files.owner, tls.privateKey, files.privateKey, readableByProxy),
    ...Object.entries(settings).map(([name, content]) =>
      fileOf(`${smartProxyFolder}/${name}`, content, readableByProxy),
    ),
    ...startsAgain(smartProxyService),
    serviceOf(smartProxyService),
    ...smartProxyDoor(args),
  ];
}
