import * as pulumi from "@pulumi/pulumi";
import {
  execOf,
  fileOf,
  packageOf,
  serviceOf,
  unitOf,
  type HostState,
} from "../../hosts/host-state.js";
import { poolPort } from "../../templates/compiler-pool/compiler-pool.js";
import {
  limitsTable,
  renderConnectionLimits,
  renderConnectionLimitsService,
  type ConnectionLimits,
} from "../../templates/connection-limits/connection-limits.js";

/** The unit that loads the limits. */
export const limitsUnit = "puppet-connection-limits.service";

const mebibyte = 1024 * 1024;

/**
 * Limits of the main server: hosts request certificates from it, and those of the infrastructure run their own agents.
 * Thousands of agents may share one address.
 */
export const mainServerLimits = {
  bytes: 2 * mebibyte,
  open: 100,
  rate: 50,
  burst: 500,
  bandwidth: mebibyte / 4,
} as const;

/** Limits of a compiler: facts of 5 MB and reports of 10 MB, several on one connection. */
export const compilerLimits = {
  bytes: 64 * mebibyte,
  open: 1000,
  rate: 200,
  burst: 2000,
  knownOnly: poolPort,
} as const;

/**
 * Limits on what one connection and one source may ask of Puppet Server. A host that cannot have them goes without:
 * its run then says so in one line.
 *
 * @param known addresses of hosts to which the limits by source do not apply
 */
export function connectionLimits(
  limits: Omit<ConnectionLimits, "known">,
  known: readonly pulumi.Input<string>[] = [],
): HostState {
  const rules = "/etc/puppet-connection-limits.nft";
  const notify = `Service[${limitsUnit}]`;
  const loaded = `nft list table inet ${limitsTable}`;
  return [
    // Its own service, which would load the site's rules, is left as it is: disabled after an installation.
    packageOf("nftables"),
    fileOf(
      rules,
      pulumi
        .all([...known])
        .apply((known) => renderConnectionLimits({ ...limits, known: [...new Set(known)].sort() })),
      { notify },
    ),
    ...unitOf(limitsUnit, renderConnectionLimitsService({ rules }), { notify }),
    serviceOf(limitsUnit, { restart: `systemctl reload-or-restart ${limitsUnit}` }),
    // The site's rules may have removed them.
    execOf("load the limits on connections", ["systemctl", "restart", limitsUnit], {
      unless: loaded,
    }),
    execOf(
      `connections to Puppet Server are not limited here: \`journalctl -u ${limitsUnit}\` shows why`,
      "true",
      { unless: loaded },
    ),
  ];
}
