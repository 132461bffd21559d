import type { Distribution } from "../../distributions/index.js";
import type { Host } from "../../hosts/host.js";
import { copyOf, fileOf, type HostState } from "../../hosts/host-state.js";
import { renderReadersConf } from "../../templates/haproxy/haproxy.js";
import {
  puppetdbPort,
  readerPort,
  readerSuffix,
  renderCrlApply,
} from "../../templates/puppetdb/puppetdb.js";
import { revocationListTimer } from "../certificates/revocation-list.js";
import { certificateCopies, haproxyNotify, haproxyReload, localHaproxy } from "../haproxy/state.js";
import { crlRefresh, filesOf } from "./files.js";

const crlApply = "/usr/local/sbin/puppetdb-crl-apply";

/** HAProxy in front of PuppetDB for read-only access, and what makes both reject revoked certificates. */
export function readersState(
  host: Host,
  distribution: Distribution,
  readers: readonly string[],
): HostState {
  const { paths, users, services } = distribution;
  const { crl, loaded } = filesOf(distribution);
  const folder = "/etc/haproxy/puppetdb";
  const certificate = `${folder}/host.pem`;
  const caFile = `${folder}/ca.pem`;
  const configuration = renderReadersConf({
    fqdn: host.fqdn,
    port: readerPort,
    puppetdbPort,
    certificate,
    caFile,
    crlFile: crl,
    suffix: readerSuffix,
    readers,
  });
  return [
    ...localHaproxy(
      [
        ...certificateCopies(certificate, host.fqdn, distribution),
        copyOf(caFile, `${paths.ssldir}/certs/ca.pem`, { notify: haproxyNotify }),
      ],
      configuration,
    ),
    fileOf(crlApply, renderCrlApply({ crl, loaded, service: services.puppetdb, haproxyReload }), {
      mode: "0755",
    }),
    ...revocationListTimer({ name: crlRefresh, user: users.puppetdb, apply: crlApply }),
  ];
}
