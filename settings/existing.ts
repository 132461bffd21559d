import { isIPv6 } from "node:net";
import * as z from "zod";
import { TakeOver } from "../hosts/preflight/preflight.js";
import {
  byRole,
  hostRole,
  roleNames,
  roles,
  type ByRole,
  type RoleName,
  type RoleSettings,
} from "../roles/roles.js";
import { hostName, integer, object, privateKey, setSecret, text } from "../roles/values.js";
import { serverAddress, sshAddress } from "./addresses.js";
import { domainName } from "./names.js";

/** Roles that a server can have, as the output `hosts` names them. */
const serverRoles = roleNames.map(wordOf);

const user = text(/^[a-z_][a-z0-9_-]{0,31}$/, "the name of a user, such as root or admin");
const hostKey = text(
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]{60,}={0,2}( [ -~]+)?$/,
  "the host's public key on one line, as in its /etc/ssh/ssh_host_ed25519_key.pub",
);

const server = object({
  /** Host name: the first label of its FQDN. */
  name: hostName,
  /** The rest of its FQDN; `puppet:domain` by default. */
  domain: domainName.optional(),
  /** Its role. */
  role: z.enum(serverRoles, orList(serverRoles)),
  /** Address at which the other servers connect to it. */
  address: serverAddress,
  /** Where SSH connects to it from here; its address by default. */
  sshAddress: sshAddress.optional(),
  /** TCP port of SSH. */
  sshPort: integer(1, 65535, "a TCP port").default(22),
  /** SSH user, if it is not the same as for all servers. */
  user: user.optional(),
  /** The server's public SSH host key; nothing is sent to a server that presents a different one. */
  hostKey,
  /** Processor cores that the sizing of its services is based on. */
  cores: integer(1, 512, "a whole number of cores"),
  /** Memory that the sizing of its services is based on, in MiB. */
  memory: integer(512, 4194304, "a whole number of MiB"),
  /** What of the site's own is taken over there; whatever is not listed stops the deployment. */
  takeOver: z.array(z.enum(TakeOver, "ca or haproxy"), "a list of ca, haproxy").default([]),
});

/** Settings of existing servers. */
export const existing = object({
  /** SSH user on all servers; any user but root must be able to become root with `sudo` without a password. */
  user: user.default("root"),
  /** The user's private SSH key. */
  privateKey: privateKey.optional(),
  /** Server through which SSH connects to the others. */
  jumpHost: object({
    address: sshAddress,
    port: integer(1, 65535, "a TCP port").default(22),
    user: user.default("root"),
    hostKey,
    /** Private SSH key for it; the servers' key by default. */
    privateKey: privateKey.optional(),
  }).optional(),
  servers: z
    .array(server, "a list of servers, each with name, role, address, hostKey, cores and memory")
    .default([]),
});

export type Existing = z.output<typeof existing>;
export type Server = z.output<typeof server>;

/** The role's name in the setting and in the output `hosts`. */
function wordOf(role: RoleName): string {
  return roles[role].words[0];
}

/** Words as a list in a sentence: a, b or c. */
function orList(words: readonly string[]): string {
  return [words.slice(0, -1).join(", "), ...words.slice(-1)]
    .filter((part) => part !== "")
    .join(" or ");
}

/** The role of a server. */
export function roleOf(server: Server): RoleName {
  const role = roleNames.find((role) => wordOf(role) === server.role);
  if (role === undefined) throw new Error(`${server.name} has no role: ${server.role}`);
  return role;
}

/** The servers of a role. */
function serversOf(servers: readonly Server[], role: RoleName): Server[] {
  return servers.filter((server) => roleOf(server) === role);
}

/** Names of the servers; {@link existingFaults} rejects an incomplete list. */
export function serverNames(servers: readonly Server[]): ByRole<string> {
  return byRole((role) => serversOf(servers, role).map(({ name }) => name));
}

/** What is missing from the list of servers, and what it has too many of. */
export function existingFaults(
  { servers, privateKey }: Existing,
  settings: RoleSettings & { readonly domain: string },
): string[] {
  const sentences: string[] = [];
  if (privateKey === undefined) {
    sentences.push(
      `puppet:existing.privateKey is not set; write the user's private SSH key with ${setSecret("existing.privateKey")}.`,
    );
  }
  sentences.push(...roleNames.flatMap((role) => numberFaults(servers, role, settings)));
  for (const role of roleNames) {
    const { requires, title } = roles[role];
    if (requires === undefined) continue;
    for (const { name, memory } of serversOf(servers, role)) {
      if (memory >= requires.memory) continue;
      sentences.push(
        `puppet:existing.servers has ${name} for ${title} with ${String(memory)} MiB of memory; write a server with at least ${String(requires.memory)} MiB.`,
      );
    }
  }
  for (const key of ["name", "address"] as const) {
    const values = servers.map((server) => server[key]);
    for (const value of new Set(values.filter((value, at) => values.indexOf(value) !== at))) {
      const same = servers.filter((server) => server[key] === value);
      const domains = new Set(same.map(({ domain = settings.domain }) => domain));
      sentences.push(
        key === "name" && domains.size > 1
          ? `puppet:existing.servers has the name ${value} in the domains ${[...domains].join(" and ")}; write names that differ without the domain, because that is how resources, the pool and code deployment name servers.`
          : `puppet:existing.servers has the ${key} ${value} more than once; write each server once, with one role.`,
      );
    }
  }
  return [...sentences, ...kindFaults(servers)];
}

/** Addresses of both kinds: a server that connects to another one has to come from the address that is known there. */
function kindFaults(servers: readonly Server[]): string[] {
  const [four, six] = [
    servers.find(({ address }) => !isIPv6(address)),
    servers.find(({ address }) => isIPv6(address)),
  ];
  if (four === undefined || six === undefined) return [];
  return [
    `puppet:existing.servers has ${four.name} with the address ${four.address} and ${six.name} with ${six.address}; write IPv4 addresses for all servers, or IPv6 addresses for all, because servers know each other by the addresses that they connect from.`,
  ];
}

/** Too many or too few servers of a role. */
function numberFaults(
  servers: readonly Server[],
  role: RoleName,
  settings: RoleSettings,
): string[] {
  const { length } = serversOf(servers, role);
  const word = wordOf(role);
  const found = `puppet:existing.servers has ${length === 0 ? "no server" : `${String(length)} servers`} with the role ${word}; write`;
  switch (roles[role].count) {
    case "many":
      return length === 0 ? [`${found} at least one.`] : [];
    case "one":
      return length === 1 ? [] : [`${found} exactly one.`];
    case "optional": {
      const placement = roles[role].placement(settings);
      const setting = `puppet:${role}.host`;
      if (hostRole(role, settings) === role && length !== 1) {
        return [`${found} exactly one, or set ${setting} to ${orList(roles[role].elsewhere)}.`];
      }
      if (hostRole(role, settings) !== role && length > 0) {
        return [
          `puppet:existing.servers has a server with the role ${word}, but ${setting} is "${placement}"; set ${setting} to own, or remove the server.`,
        ];
      }
      return [];
    }
  }
}
