import type { HostsByRole } from "../components/index.js";
import type { Host } from "../hosts/host.js";
import { byRole, hostRole, ofRole, roleNames, type ByRole, type RoleName } from "../roles/roles.js";
import type { Settings } from "../settings/settings.js";

/**
 * The hosts of an environment by role: each host in the settings is created once, and a role that shares another role's
 * host gets that one.
 *
 * @param make creates one host
 */
export function hostsByRole(
  settings: Settings,
  make: (role: RoleName, name: string) => Host,
): Pick<HostsByRole, keyof ByRole<Host>> {
  const own = new Map(
    roleNames.map((role) => [role, ofRole(settings.hosts, role).map((name) => make(role, name))]),
  );
  const hosts = byRole((role) => own.get(hostRole(role, settings) ?? role) ?? []);
  return { ...hosts, compilers: [...hosts.compilers] };
}
