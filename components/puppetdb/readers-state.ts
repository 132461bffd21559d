import type { Distribution } from "../../distributions/index.js";
import type { Host } from "../../hosts/host.js";
import { copyAs } from "../../hosts/as-user.js";
import { execOf, fileOf, type HostState } from "../../hosts/host-state.js";
import { renderReadersConf } from "../../templates/haproxy/haproxy.js";
import {
  puppetdbPort,
  readerPort,
  readerSuffix,
  renderCrlApply,
} from "../../templates/puppetdb/puppetdb.js";
import type { CertificateFiles } from "../certificates/files.js";
import { revocationListTimer } from "../certificates/revocation-list.js";
import { certificateCopies, haproxyNotify, haproxyReload, localHaproxy } from "../haproxy/state.js";
import { crlRefresh, filesOf } from "./files.js";

const crlApply = "/usr/local/sbin/puppetdb-crl-apply";

/** HAProxy in front of PuppetDB for read-only access, and what makes both reject revoked certificates. */
export function readersState(
  host: Host,
  distribution: Distribution,
  certificates: CertificateFiles,
  readers: readonly string[],
): HostState {
  const { users, services } = distribution;
  const { crl, loaded } = filesOf(distribution);
  const folder = "/etc/haproxy/puppetdb";
  const certificate = `${folder}/host.pem`;
  const caFile = `${folder}/ca.pem`;
  const crlFile = `${folder}/crl.pem`;
  const configuration = renderReadersConf({
    fqdn: host.fqdn,
    port: readerPort,
    ipv6: host.ipv6 ?? false,
    puppetdbPort,
    certificate,
    caFile,
    crlFile,
    suffix: readerSuffix,
    readers,
  });
  return [
    ...localHaproxy(
      [
        ...certificateCopies(certificate, certificates),
        ...copyAs(certificates.owner, caFile, certificates.ca, { notify: haproxyNotify }),
        // From the list that PuppetDB loaded: HAProxy reads it as root, so not in the folder of who fetches it.
        execOf(
          "revocation list of the readers' HAProxy",
          ["install", "-m", "0600", loaded, crlFile],
          {
            creates: crlFile,
          },
        ),
      ],
      configuration,
      readerPort,
    ),
    fileOf(
      crlApply,
      renderCrlApply({
        crl,
        user: users.puppetdb,
        loaded,
        service: services.puppetdb,
        haproxyCrl: crlFile,
        haproxyReload,
      }),
      { mode: "0755" },
    ),
    ...revocationListTimer({ name: crlRefresh, user: users.puppetdb, apply: crlApply }),
  ];
}
