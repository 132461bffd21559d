import {
  directoryOf,
  execOf,
  fileOf,
  packageOf,
  serviceOf,
  timerOf,
  unitOf,
  type HostState,
} from "../../hosts/host-state.js";
import { startsAgain } from "../../hosts/starts-again.js";
import { renderCrlTake, renderCrlTimer } from "../../templates/crl/crl.js";
import {
  renderSmartProxyCrlService,
  renderSmartProxyDoor,
  renderSmartProxyDoorUnit,
  smartProxyDoorFolder as folder,
  smartProxyPort,
} from "../../templates/smart-proxy/smart-proxy.js";
import type { WithDistribution } from "../arguments.js";
import { serverCertificate } from "../certificates/files.js";
import { revocationInterval, revocationListTold } from "../certificates/revocation-list.js";
import { certificateCopies, haproxyConf } from "../haproxy/state.js";
import type { SmartProxyArgs } from "./args.js";

const service = "puppet-smart-proxy-tls.service";
const crl = "puppet-smart-proxy-crl";

/** Services of {@link smartProxyDoor}, in the order in which they stop. */
export const smartProxyDoorServices = [service, `${crl}.timer`];

/** HAProxy in front of the smart proxy, in its own unit: the system's HAProxy may be in front of PuppetDB. */
export function smartProxyDoor(args: WithDistribution<SmartProxyArgs>): HostState {
  const { main, distribution, foremanUrl, caCertificate, foremanCaCertificate } = args;
  const { paths, users } = distribution;
  const certificate = `${folder}/tls/host.pem`;
  const caFile = `${folder}/ca.pem`;
  const clientCaFile = `${folder}/foreman-ca.pem`;
  const crlFile = `${folder}/crl.pem`;
  const script = `/usr/local/sbin/${crl}`;
  const notify = `Service[${service}]`;
  return [
    packageOf("haproxy"),
    directoryOf(folder),
    ...certificateCopies(certificate, serverCertificate(distribution, main.fqdn), notify),
    fileOf(caFile, caCertificate, { notify }),
    fileOf(clientCaFile, foremanCaCertificate ?? caCertificate, { notify }),
    fileOf(
      script,
      renderCrlTake({
        list: crlFile,
        source: `${paths.cadir}/ca_crl.pem`,
        user: users.puppet,
        service,
        reload: `systemctl reload ${service}`,
      }),
      { mode: "0755" },
    ),
    execOf("take the revocation list for the smart proxy", script, { creates: crlFile }),
    haproxyConf(
      `${folder}/haproxy.cfg`,
      renderSmartProxyDoor({
        fqdn: main.fqdn,
        ipv6: main.ipv6 ?? false,
        certificate,
        caFile,
        clientCaFile,
        crlFile,
        ownCa: foremanCaCertificate === undefined,
        foremanUrl,
      }),
      { notify },
    ),
    ...unitOf(service, renderSmartProxyDoorUnit(), { notify }),
    ...startsAgain(service),
    serviceOf(service, { ports: [smartProxyPort] }),
    revocationListTold(),
    ...timerOf(crl, {
      service: renderSmartProxyCrlService({ name: crl }),
      timer: renderCrlTimer({ interval: revocationInterval }),
    }),
  ];
}
