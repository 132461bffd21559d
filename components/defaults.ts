import { DistributionName } from "../distributions/distribution.js";
import { foremanVersion } from "../distributions/foreman.js";
import { CodeGate, CodeTool, ExpiredClassification, NodeEnvironment, OldCode } from "./choices.js";

/** PuppetDB's database and its backups. */
const postgresql = {
  port: 5432,
  database: "puppetdb",
  user: "puppetdb",
  readUser: "puppetdb_read",
  backupTime: "02:30",
  backupDays: 14,
};

/** How long PuppetDB keeps its data. */
const retention = { nodeTtl: "7d", nodePurgeTtl: "14d", reportTtl: "14d" };

/** How Puppet servers use PuppetDB: agents keep running while it is down. */
const puppetdbClient = { softWriteFailure: true, requestTimeout: 10 };

/** How long a Puppet server keeps reports that nobody takes. */
const reports = { maxSize: 1024, maxAge: "7d" };

/** How code is fetched from Git: no server is trusted without its host key, and no proxy is used. */
const codeDeployment = {
  tool: CodeTool.R10k,
  knownHosts: "",
  tokenUser: "git",
  poolSize: 4,
  generateTypes: true,
  defaultEnvironment: "production",
  gate: CodeGate.Syntax,
  canaries: [] as string[],
  behind: OldCode.Serve,
};

/** How Puppet servers use Foreman: while it is down, agents keep running with the classes they had. */
const foremanClient = {
  environment: NodeEnvironment.Foreman,
  timeout: 10,
  cacheHours: 168,
  whenExpired: ExpiredClassification.Serve,
};

/** How users of an LDAP directory log in to HDM. */
const hdm = { startTls: false, usernameAttribute: "mail" };

/** All defaults, for the components and for the settings of the program. */
export const defaults = {
  distribution: DistributionName.Debian,
  /** Service names, in the domain of the main server. */
  puppetServer: "puppet",
  caServer: "puppetca",
  fileServer: "puppetfiles",
  caName: "Puppet CA",
  /** TCP port of the load balancer's statistics page. */
  statsPort: 8404,
  /** Whether agents may store files on compilers. */
  fileBucket: false,
  /** Seconds after which an agent that a compiler had no room for comes back at the latest. */
  maxRetryDelay: 60,
  /** Seconds a catalog may take to compile. */
  compileTimeout: 900,
  /** How changes that restart Puppet Server reach compilers. */
  rollout: { maxUnavailable: 1, drainTimeout: 900 },
  /** TCP port of the webhook. */
  webhookPort: 9000,
  retention,
  puppetdbClient,
  reports,
  postgresql,
  codeDeployment,
  foremanClient,
  /** Foreman user. */
  foremanUser: "admin",
  hdm,
  /** Whether the main server runs a smart proxy for Foreman. */
  foremanSmartProxy: true,
  foremanVersion,
  foremanDatabase: { port: 5432, database: "foreman", user: "foreman" },
};

/** A service's FQDN: a name without a dot is in the domain. */
export function fullName(name: string, domain: string): string {
  return name.includes(".") ? name : `${name}.${domain}`;
}
