import {
  hostRole,
  roleNames,
  roles,
  rolesOn,
  type RoleName,
  type RoleSettings,
} from "../roles/roles.js";
import type {
  Connection as ConnectionOf,
  HelperParty,
  Helpers,
  OutsideParty,
} from "../roles/role.js";

/** Either end of a connection. */
export type Party = RoleName | HelperParty | OutsideParty;
/** One row of the table: who opens a TCP connection to whom. */
export type Connection = ConnectionOf<Party>;

/** What the connections depend on. */
export type ConnectionSettings = RoleSettings & Helpers;

/** No helpers: the platform creates only hosts. */
export const noHelpers: Helpers = { bastion: false, database: false, endpoints: false };

/**
 * Who connects to whom, and on which port: the only table from which firewalls, security groups and the guides are
 * derived. No host needs a connection that is not in it.
 */
export function connectionsOf(settings: ConnectionSettings): Connection[] {
  const { bastion, endpoints } = settings;
  const hosts = roleNames.filter((role) => hostRole(role, settings) === role);
  const line = (from: Party, to: Party, port: number, purpose: string): Connection => ({
    from,
    to,
    port,
    purpose,
  });
  return [
    ...roleNames.flatMap(
      (role): readonly Connection[] =>
        roles[role].connections(settings, settings) as readonly Connection[],
    ),
    ...hosts.flatMap((host) => [
      ...[...outsideOf(host, settings)].map(([port, purposes]) =>
        line(host, "outbound", port, [...purposes].join(", ")),
      ),
      ...(endpoints ? [line(host, "endpoints", 443, "AWS services")] : []),
    ]),
    ...(bastion
      ? [
          line("administrators", "bastion", 22, "deployments"),
          ...[80, 443].map((port) => line("bastion", "outbound", port, "packages")),
          ...hosts.map((host) => line("bastion", host, 22, "deployments")),
        ]
      : []),
  ];
}

/** What a host connects to outside, for all roles on it: the purposes by TCP port, each port once. */
function outsideOf(host: RoleName, settings: RoleSettings): Map<number, Set<string>> {
  const ports = new Map<number, Set<string>>();
  const add = (port: number, purpose: string) =>
    ports.set(port, (ports.get(port) ?? new Set()).add(purpose));
  add(80, "packages");
  add(443, "packages");
  for (const role of rolesOn(host, settings)) {
    for (const [port, purpose] of roles[role].outside(settings)) add(port, purpose);
  }
  return ports;
}
