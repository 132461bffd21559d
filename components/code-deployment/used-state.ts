import type { Distribution } from "../../distributions/index.js";
import type { Host } from "../../hosts/host.js";
import {
  absenceOf,
  execOf,
  fileOf,
  serviceOf,
  unitOf,
  type HostState,
} from "../../hosts/host-state.js";
import { usedUnits } from "../../templates/code-deployment/used.js";

/** Unit through which a deploy asks PuppetDB for the environments that agents use. */
export const usedSocket = "puppet-code-used.socket";
const usedScript = "/usr/local/sbin/puppet-code-used";

/**
 * Lets deploys know which environments agents use.
 *
 * @param serverUrls PuppetDBs as `https://NAME:PORT`; without any, nothing of it stays
 */
export function usedEnvironments(
  { paths, users }: Distribution,
  { fqdn }: Host,
  serverUrls: readonly string[],
): HostState {
  if (serverUrls.length === 0) {
    return [
      execOf("ask nobody for used environments", ["systemctl", "disable", "--now", usedSocket], {
        unless: `sh -c '! systemctl is-enabled --quiet ${usedSocket}'`,
      }),
      absenceOf(usedScript),
    ];
  }
  return [
    fileOf(usedScript, usedUnits.script({ ...paths, fqdn, serverUrls }), { mode: "0755" }),
    ...unitOf("puppet-code-used@.service", usedUnits.service({ user: users.puppet })),
    ...unitOf(usedSocket, usedUnits.socket(), { notify: `Service[${usedSocket}]` }),
    serviceOf(usedSocket),
  ];
}
