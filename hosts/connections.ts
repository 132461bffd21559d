import type { Settings } from "../settings.js";
import { poolPort } from "../templates/code-deployment/code-deployment.js";
import { puppetdbPort, readerPort } from "../templates/puppetdb/puppetdb.js";

/** Hosts of an environment, by what they are. */
export type ServerParty = "main" | "loadBalancer" | "puppetdb" | "compiler";
/** What else a platform may make. */
export type HelperParty = "bastion" | "database" | "endpoints";
/** Who is there already, by the setting that says where. */
export type OutsideParty = "agents" | "operators" | "gitServers" | "administrators" | "outbound";
export type Party = ServerParty | HelperParty | OutsideParty;

/** One line of the table: who opens a TCP connection to whom. */
export interface Connection {
  readonly from: Party;
  readonly to: Party;
  readonly port: number;
  /** What it is for, at most 60 characters. */
  readonly purpose: string;
}

/** TCP port of Puppet Server, and of the balancer before it. */
export const agentsPort = 8140;

/** What decides who talks to whom. */
export type ConnectionSettings = Pick<
  Settings,
  "puppetdb" | "codeDeployment" | "webhook" | "loadBalancer"
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
  const { puppetdb, codeDeployment, webhook, loadBalancer } = settings;
  const lines: Connection[] = [];
  const line = (from: Party, to: Party, port: number, purpose: string) =>
    lines.push({ from, to, port, purpose });
  const servers: ServerParty[] = [
    "main",
    "loadBalancer",
    ...(puppetdb.host === "own" ? (["puppetdb"] as const) : []),
    "compiler",
  ];

  line("agents", "loadBalancer", agentsPort, "catalogs and files");
  line("agents", "main", agentsPort, "certificates and the revocation list");
  line("loadBalancer", "compiler", agentsPort, "agents' connections, and health checks");
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
    if (settings.database) line(host, "database", 5432, "PuppetDB's database");
  }

  if (codeDeployment.tool !== "none") {
    line("main", "compiler", 22, "word of a deploy");
    line("compiler", "main", 22, "deployed code");
    line("gitServers", "main", webhook.port, "pushes");
    if (codeDeployment.behind === "leave") {
      line("loadBalancer", "compiler", poolPort, "whether the code is the newest");
    }
    const remotes = Object.values(codeDeployment.sources).map(({ remote }) => remote);
    if (remotes.some((remote) => !remote.startsWith("https:"))) {
      line("main", "outbound", 22, "control repositories over SSH");
    }
  }

  for (const server of servers) {
    line(server, "outbound", 80, "packages");
    line(server, "outbound", 443, server === "main" ? "packages, code and modules" : "packages");
    if (settings.endpoints) line(server, "endpoints", 443, "services of the cloud");
  }
  if (settings.bastion) {
    line("administrators", "bastion", 22, "deployments");
    for (const server of servers) line("bastion", server, 22, "deployments");
  }
  return lines;
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
