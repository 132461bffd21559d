import type { Distribution } from "../../distributions/index.js";
import {
  execOf,
  fileOf,
  packageOf,
  serviceOf,
  unitOf,
  type HostState,
} from "../../hosts/host-state.js";
import { startsAgain } from "../../hosts/starts-again.js";
import {
  renderRevokedConnections,
  renderRevokedConnectionsService,
} from "../../templates/revoked-connections/revoked-connections.js";

/** The unit that ends connections. */
export const revokedConnectionsUnit = "puppet-revoked-connections.service";

const script = "/usr/local/sbin/puppet-revoked-connections";

/**
 * Ends connections to Puppet Server that began before certificates were revoked. A host that cannot goes without: its
 * run then says so in one line. Comes after the running service.
 */
export function revokedConnections({ paths }: Distribution): HostState {
  const notify = `Service[${revokedConnectionsUnit}]`;
  const list = `${paths.ssldir}/crl.pem`;
  return [
    packageOf("iproute2"),
    fileOf(script, renderRevokedConnections({ ruby: paths.ruby, list }), { mode: "0755", notify }),
    ...unitOf(revokedConnectionsUnit, renderRevokedConnectionsService({ script }), { notify }),
    ...startsAgain(revokedConnectionsUnit),
    serviceOf(revokedConnectionsUnit),
    execOf(
      "connections of revoked certificates last until they end: this system lets nobody end them",
      "true",
      { unless: `${script} check` },
    ),
  ];
}
