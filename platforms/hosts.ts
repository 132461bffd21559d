import type { Host, HostsByRole } from "../hosts/host.js";
import { byRole, hostRole, ofRole, roleNames, type RoleName } from "../roles/roles.js";
import type { Settings } from "../settings/settings.js";

/**
 * The hosts of an environment by role: each that the settings name is made once, and a role that shares another's host
 * gets that.
 *
 * @param make makes one host
 */
export function hostsByRole(
  settings: Settings,
  make: (role: RoleName, name: string) => Host,
): HostsByRole {
  const own = new Map(
    roleNames.map((role) => [role, ofRole(settings.hosts, role).map((name) => make(role, name))]),
  );
  const hosts = byRole((role) => own.get(hostRole(role, settings) ?? role) ?? []);
  return { ...hosts, compilers: [...hosts.compilers] };
}
