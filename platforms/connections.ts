import type { Settings } from "../settings/settings.js";
import { poolPort } from "../templates/code-deployment/code-deployment.js";
import { hdmTlsPort, ldapPort } from "../templates/hdm/hdm.js";
import { puppetdbPort, readerPort } from "../templates/puppetdb/puppetdb.js";
import { agentsPort } from "../templates/puppetserver/puppetserver.js";
import { smartProxyPort } from "../templates/smart-proxy/smart-proxy.js";

export { agentsPort };

/** Hosts of an environment, by what they are. */
export type ServerParty = "main" | "loadBalancer" | "puppetdb" | "foreman" | "compiler" | "hdm";
/** What else a platform may make. */
export type HelperParty = "bastion" | "database" | "endpoints";
/** Who is there already, by the setting that says where. */
export type OutsideParty =
  "agents" | "operators" | "gitServers" | "siteForeman" | "administrators" | "outbound";
export type Party = ServerParty | HelperParty | OutsideParty;

/** One line of the table: who opens a TCP connection to whom. */
export interface Connection {
  readonly from: Party;
  readonly to: Party;
  readonly port: number;
  /** What it is for: at most 60 characters that the description of a security group's rule can have, so no quotes. */
  readonly purpose: string;
}

/** TCP port of Foreman. */
const foremanPort = 443;

/** What decides who talks to whom. */
export type ConnectionSettings = Pick<
  Settings,
  "puppetdb" | "postgresql" | "foreman" | "codeDeployment" | "webhook" | "loadBalancer" | "hdm"
> & {
  /** Whether hosts are reached through a bastion. */
  bastion: boolean;
  /** Whether PuppetDB's database is a service of the cloud. */
  database: boolean;
  /** Whether services of the cloud are reached through endpoints. */
  endpoints: boolean;
};

/**
 * Who talks to whom, and on which port: the one table that firewalls, security groups and the documentation come
 * from. What it does not have, no host needs.
 */
export function connectionsOf(settings: ConnectionSettings): Connection[] {
  const { puppetdb, foreman, codeDeployment, webhook, loadBalancer } = settings;
  const lines: Connection[] = [];
  const line = (from: Party, to: Party, port: number, purpose: string) =>
    lines.push({ from, to, port, purpose });
  const servers: ServerParty[] = [
    "main",
    "loadBalancer",
    ...(puppetdb.host === "own" ? (["puppetdb"] as const) : []),
    ...(foreman.host === "own" ? (["foreman"] as const) : []),
    "compiler",
    ...(settings.hdm.host === "own" ? (["hdm"] as const) : []),
  ];

  line("agents", "loadBalancer", agentsPort, "catalogs and files");
  line("agents", "main", agentsPort, "certificates and the revocation list");
  line("loadBalancer", "compiler", agentsPort, "connections of agents, and health checks");
  line("compiler", "main", agentsPort, "certificates and the revocation list");
  line("operators", "loadBalancer", loadBalancer.statsPort, "statistics and metrics");

  if (puppetdb.host === "own") {
    line("puppetdb", "main", agentsPort, "certificates and the revocation list");
    line("main", "puppetdb", puppetdbPort, "facts, catalogs and reports");
  }
  if (puppetdb.host !== "none") {
    const host = puppetdb.host === "own" ? "puppetdb" : "main";
    line("compiler", host, puppetdbPort, "facts, catalogs and reports");
    line("operators", host, readerPort, "queries of people and tools");
    if (settings.database) line(host, "database", 5432, "database of PuppetDB");
  }

  if (foreman.host === "own") {
    line("foreman", "main", agentsPort, "certificates and the revocation list");
    line("main", "foreman", foremanPort, "classes, facts and reports, and its API");
    line("compiler", "foreman", foremanPort, "classes, facts and reports");
    line("operators", "foreman", foremanPort, "pages and API of Foreman");
  }
  if (foreman.host !== "none" && foreman.smartProxy) {
    const from = foreman.host === "own" ? "foreman" : "siteForeman";
    line(from, "main", smartProxyPort, "smart proxy");
  }

  if (codeDeployment.tool !== "none") {
    line("main", "compiler", 22, "word of a deploy");
    line("compiler", "main", 22, "deployed code");
    line("gitServers", "main", webhook.port, "pushes");
    if (codeDeployment.behind === "leave") {
      line("loadBalancer", "compiler", poolPort, "whether the code is the newest");
    }
  }

  if (settings.hdm.host === "own") {
    line("operators", "hdm", hdmTlsPort, "browsing Hiera data");
    line("hdm", "main", agentsPort, "certificates");
    line("hdm", puppetdb.host === "own" ? "puppetdb" : "main", readerPort, "queries of HDM");
    line("main", "hdm", 22, "word of a deploy");
    line("hdm", "main", 22, "deployed code");
  }

  for (const server of servers) {
    for (const [port, purposes] of outsideOf(server, settings)) {
      line(server, "outbound", port, [...purposes].join(", "));
    }
    if (settings.endpoints) line(server, "endpoints", 443, "services of the cloud");
  }
  if (settings.bastion) {
    line("administrators", "bastion", 22, "deployments");
    for (const port of [80, 443]) line("bastion", "outbound", port, "packages");
    for (const server of servers) line("bastion", server, 22, "deployments");
  }
  return lines;
}

/** What a server reaches outside: the purposes by the TCP port, each port once. */
function outsideOf(
  server: ServerParty,
  { puppetdb, postgresql, foreman, codeDeployment, hdm }: ConnectionSettings,
): Map<number, Set<string>> {
  const ports = new Map<number, Set<string>>();
  const add = (port: number, purpose: string) =>
    ports.set(port, (ports.get(port) ?? new Set()).add(purpose));
  add(80, "packages");
  add(443, "packages");
  if (server === "main" && codeDeployment.tool !== "none") {
    const { sources, proxy, forge = "https://forgeapi.puppet.com" } = codeDeployment;
    for (const { remote } of Object.values(sources)) {
      // The proxy is for HTTP; SSH goes its own way.
      add(portOf(remote.startsWith("https:") ? (proxy ?? remote) : remote), "code");
    }
    add(portOf(proxy ?? forge), "modules");
  }
  if (server === "main" || server === "compiler") {
    for (const url of puppetdb.serverUrls) add(portOf(url), "further PuppetDBs");
    if (foreman.url !== undefined) add(portOf(foreman.url), "Foreman");
  }
  const takesForeman = server === "foreman" || (server === "main" && foreman.smartProxy);
  if (takesForeman && foreman.packages !== undefined) {
    add(portOf(foreman.packages.url), "packages of Foreman");
  }
  if (server === "foreman" && foreman.database !== undefined) {
    add(foreman.database.port, "database of Foreman");
  }
  const ofPuppetdb = puppetdb.host === "own" ? "puppetdb" : puppetdb.host;
  if (server === ofPuppetdb && postgresql.server !== undefined) {
    add(postgresql.port, "database of PuppetDB");
  }
  if (server === "hdm") {
    const { image, imageArchive, ldap } = hdm;
    if (imageArchive === undefined) add(portOf(`https://${image ?? ""}`), "image of HDM");
    else if (imageArchive.startsWith("https:")) add(portOf(imageArchive), "image of HDM");
    if (ldap !== undefined) add(ldapPort(ldap), "people who log in to HDM");
  }
  return ports;
}

/** TCP port of a URL; Git's short form without a scheme is SSH. */
function portOf(url: string): number {
  if (!url.includes("://")) return 22;
  const { protocol, port } = new URL(url);
  const usual = { "ssh:": 22, "http:": 80, "https:": 443 }[protocol] ?? 0;
  return port === "" ? usual : Number(port);
}

/** The table as text in columns, for people. */
export function describeConnections(lines: readonly Connection[]): string {
  const rows = [
    ["from", "to", "TCP port", "for"],
    ...lines.map(({ from, to, port, purpose }) => [from, to, String(port), purpose]),
  ];
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const widths = [0, 1, 2, 3].map(width);
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
