import * as z from "zod";
import type { puppetdb } from "../roles/puppetdb/settings.js";
import { foremanMemory, type Foreman } from "../roles/foreman/settings.js";
import type { Hdm } from "../roles/hdm/settings.js";
import { dotted, hostName, integer, object, privateKey, text } from "../roles/values.js";

/** What a server can be, in the words of the output `hosts`. */
export const serverRoles = [
  "main",
  "load-balancer",
  "puppetdb",
  "foreman",
  "compiler",
  "hdm",
] as const;
export type ServerRole = (typeof serverRoles)[number];

const octet = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const ipv4 = text(new RegExp(`^(${octet}\\.){3}${octet}$`), "an IPv4 address such as 10.1.0.10");
const sshAddress = text(dotted(253), "an address or DNS name that SSH reaches from here");
const user = text(/^[a-z_][a-z0-9_-]{0,31}$/, "the name of a user, such as root or admin");
const hostKey = text(
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]{60,}={0,2}( [ -~]+)?$/,
  "the host's public key on one line, as in its /etc/ssh/ssh_host_ed25519_key.pub",
);

const server = object({
  /** Host name, the first label of its full name in `puppet:domain`. */
  name: hostName,
  /** What it shall be. */
  role: z.enum(serverRoles, "main, load-balancer, puppetdb, foreman, compiler or hdm"),
  /** Address at which the other servers reach it. */
  address: ipv4,
  /** Where SSH reaches it from here; its address by default. */
  sshAddress: sshAddress.optional(),
  /** TCP port of SSH. */
  sshPort: integer(1, 65535, "a TCP port").default(22),
  /** SSH user, where it is not that of all servers. */
  user: user.optional(),
  /** The server's public SSH key; nothing is sent to a server with another one. */
  hostKey,
  /** Processor cores that its services may plan with. */
  cores: integer(1, 512, "a whole number of cores"),
  /** Memory that its services may plan with, in MiB. */
  memory: integer(512, 4194304, "a whole number of MiB"),
});

/** Settings of servers that are there already. */
export const existing = object({
  /** SSH user on all servers; another than root must become root with `sudo` and without a password. */
  user: user.default("root"),
  /** Private SSH key of the user. */
  privateKey: privateKey.optional(),
  /** Server that SSH goes through to reach the others. */
  jumpHost: object({
    address: sshAddress,
    port: integer(1, 65535, "a TCP port").default(22),
    user: user.default("root"),
    hostKey,
    /** Private SSH key there; that of the servers by default. */
    privateKey: privateKey.optional(),
  }).optional(),
  servers: z
    .array(server, "a list of servers, each with name, role, address, hostKey, cores and memory")
    .default([]),
});

export type Existing = z.output<typeof existing>;
export type Server = z.output<typeof server>;

/** What the list of servers lacks, and what it has too much of. */
export function existingFaults(
  { servers, privateKey }: Existing,
  others: { puppetdb: z.output<typeof puppetdb>; foreman: Foreman; hdm: Hdm },
): string[] {
  const sentences: string[] = [];
  if (privateKey === undefined) {
    sentences.push(
      "puppet:existing.privateKey is not set; write the user's private SSH key with pulumi config set --secret --path puppet:existing.privateKey.",
    );
  }
  const count = (role: ServerRole) => servers.filter((server) => server.role === role).length;
  for (const role of ["main", "load-balancer"] as const) {
    if (count(role) !== 1) sentences.push(wrongNumber(role, count(role)));
  }
  if (count("compiler") === 0) {
    sentences.push(
      "puppet:existing.servers has no server with the role compiler; write at least one.",
    );
  }
  for (const [role, instead] of [
    ["puppetdb", "main or none"],
    ["foreman", "existing or none"],
    ["hdm", "none"],
  ] as const) {
    const { host } = others[role];
    if (host === "own" && count(role) !== 1) {
      sentences.push(
        `${wrongNumber(role, count(role)).slice(0, -1)}, or set puppet:${role}.host to ${instead}.`,
      );
    }
    if (host !== "own" && count(role) > 0) {
      sentences.push(
        `puppet:existing.servers has a server with the role ${role}, but puppet:${role}.host is "${host}"; write own there, or remove the server.`,
      );
    }
  }
  for (const { role, name, memory } of servers) {
    if (role === "foreman" && memory < foremanMemory) {
      sentences.push(
        `puppet:existing.servers has ${name} for Foreman with ${String(memory)} MiB of memory; write a server with ${String(foremanMemory)} or more.`,
      );
    }
  }
  for (const key of ["name", "address"] as const) {
    const values = servers.map((server) => server[key]);
    for (const value of new Set(values.filter((value, at) => values.indexOf(value) !== at))) {
      sentences.push(
        `puppet:existing.servers has the ${key} ${value} more than once; write each server once, with one role.`,
      );
    }
  }
  return sentences;
}

function wrongNumber(role: ServerRole, count: number): string {
  return `puppet:existing.servers has ${count === 0 ? "no server" : `${String(count)} servers`} with the role ${role}; write exactly one.`;
}
