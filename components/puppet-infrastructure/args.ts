import * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs, HostsArgs } from "../../hosts/host.js";
import { oneOf, withDistribution, withDefaults } from "../arguments.js";
import { CodeTool } from "../choices.js";
import { defaults, fullName } from "../defaults.js";
import type { CodeSettings } from "./code.js";
import type { ForemanClientArgs, ForemanUse } from "../foreman/client.js";
import { foremanUrl, type ForemanDatabaseArgs } from "../foreman/foreman.js";
import type { HdmSettings } from "../hdm/hdm.js";
import type { PuppetDbSizingArgs } from "../puppetdb/sizing.js";
import { puppetdbUrl, type PostgresqlArgs, type Retention } from "../puppetdb/puppetdb.js";
import type { PuppetDbClientArgs, PuppetDbUse } from "../puppet-server/state.js";
import type { SizingArgs } from "../puppet-server/sizing.js";
import type { ForemanPackagesArgs } from "../foreman/smart-proxy.js";

/** What a `PuppetInfrastructure` takes. */
export interface PuppetInfrastructureArgs {
  /** The hosts by role; each must be another machine, but PuppetDB's, which may be the main server's. */
  hosts: HostsArgs;
  /**
   * Certificate names of compilers there may be later; none by default. Agents cannot have them, and PuppetDB knows
   * them already, so that it need not hear of a compiler that is added, here or by another stack.
   */
  plannedCompilers?: string[];
  /** Where the packages of Puppet come from, the same on all hosts; Debian's own by default. */
  distribution?: DistributionName;
  /**
   * Name that agents get catalogs from: the balancer. Without a dot it is in the domain of the main server, as are the
   * next two; `puppet` by default.
   */
  puppetServer?: string;
  /** Name that certificates are requested from: the main server; `puppetca` by default. */
  caServer?: string;
  /** Name that files are served under: the balancer as well; `puppetfiles` by default. */
  fileServer?: string;
  /** Subject of the certificate authority, fixed once it is set up; `Puppet CA` by default. */
  caName?: string;
  /** Workers and memory of the main server; computed by default. */
  mainServer?: SizingArgs;
  /** Workers and memory of each compiler; computed by default. */
  compiler?: SizingArgs;
  /** TCP port of the balancer's statistics page; 8404 by default. */
  statsPort?: number;
  /** Seconds a catalog may take to compile; 900 by default. */
  compileTimeout?: number;
  /** How Puppet servers use PuppetDB, and how PuppetDB is made where a host is given for it. */
  puppetdb?: PuppetDbSettings;
  /** Where PuppetDB's database is; in a PostgreSQL on PuppetDB's host by default. */
  postgresql?: PostgresqlArgs;
  /** The Foreman that classifies nodes and shows their reports; without it and without a host for it there is none. */
  foreman?: ForemanSettings | undefined;
  /**
   * How code gets from Git to every server: by default with r10k, from a repository that the main server keeps; with
   * the tool `none`, it does not.
   */
  codeDeployment?: CodeSettings;
  /** TCP port of the webhook on the main server; 9000 by default. */
  webhookPort?: number;
  /** How HDM is made, where a host is given for it; it needs PuppetDB and code deployment. */
  hdm?: HdmSettings | undefined;
}

/** Foreman, and how Puppet servers use it. */
export interface ForemanSettings extends ForemanUse {
  /** Address of one that is there, `https://NAME` or `https://NAME:PORT`; where it has a host, that is its own. */
  url?: string | undefined;
  /** Certificates, PEM, that those of one that is there are verified with; those of the environment's CA by default. */
  caCertificate?: pulumi.Input<string> | undefined;
  /** User of Foreman who may change its settings and smart proxies; `admin` by default. */
  user?: string;
  /** Password of that user in one that is there; for one of its own it is made. */
  password?: pulumi.Input<string> | undefined;
  /** Whether the main server has a smart proxy for it; true by default. */
  smartProxy?: boolean;
  /** Release of Foreman, such as `5.0`, which is the default. */
  version?: string;
  /** Where packages of Foreman and the smart proxy come from. */
  packages?: ForemanPackagesArgs | undefined;
  /** Database of one of its own; in a PostgreSQL on its host by default. */
  database?: ForemanDatabaseArgs | undefined;
}

/** Settings of PuppetDB, and of those who use it. */
export interface PuppetDbSettings extends PuppetDbUse, Retention, PuppetDbSizingArgs {
  /** Further PuppetDBs, as `https://NAME:PORT`; Puppet servers use them when the environment's own is away. */
  serverUrls?: string[];
}

/** The arguments with their defaults. */
export function withAllDefaults(args: PuppetInfrastructureArgs) {
  const { caName, statsPort, compileTimeout, webhookPort } = defaults;
  const { puppetServer, caServer, fileServer } = withDefaults(args, {
    puppetServer: defaults.puppetServer,
    caServer: defaults.caServer,
    fileServer: defaults.fileServer,
  });
  const [, ...domain] = args.hosts.main.fqdn.split(".");
  const inDomain = (name: string) => fullName(name, domain.join("."));
  const codeDeployment = withDefaults(args.codeDeployment ?? {}, {
    tool: defaults.codeDeployment.tool,
  });
  oneOf("codeDeployment.tool", codeDeployment.tool, CodeTool);
  const there = args.hosts.foreman === undefined ? foremanClientOf(args) : undefined;
  if (there !== undefined && args.foreman?.password === undefined) missing("password");
  return withDistribution({
    ...withDefaults(args, {
      plannedCompilers: [],
      caName,
      statsPort,
      compileTimeout,
      webhookPort,
      puppetdb: {},
      postgresql: {},
    }),
    puppetServer: inDomain(puppetServer),
    caServer: inDomain(caServer),
    fileServer: inDomain(fileServer),
    codeDeployment,
  });
}

/** How the servers reach PuppetDB: the environment's own first. */
export function puppetdbClientOf(
  args: Pick<PuppetInfrastructureArgs, "hosts"> & { puppetdb: PuppetDbSettings },
): PuppetDbClientArgs | undefined {
  const own = args.hosts.puppetdb;
  const serverUrls = [
    ...(own === undefined ? [] : [puppetdbUrl(own)]),
    ...(args.puppetdb.serverUrls ?? []),
  ];
  return serverUrls.length === 0 ? undefined : { ...args.puppetdb, serverUrls };
}

/** HDM where a host is given for it; refused without what it reads. */
export function hdmOf(
  args: Pick<PuppetInfrastructureArgs, "hosts" | "hdm"> & { codeDeployment: { tool: CodeTool } },
): { host: HostArgs; settings: HdmSettings } | undefined {
  const { hosts, hdm, codeDeployment } = args;
  if (hosts.hdm === undefined) return undefined;
  const refused = (propertyPath: string, reason: string) =>
    new pulumi.InputPropertyError({ propertyPath, reason });
  if (hdm === undefined) {
    throw refused("hdm", "hosts.hdm is given, but hdm is not; write at least its image.");
  }
  if (hosts.puppetdb === undefined) {
    throw refused("hosts.hdm", "hosts.hdm is given, but hosts.puppetdb is not; HDM reads it.");
  }
  if (codeDeployment.tool === CodeTool.None) {
    throw refused(
      "hosts.hdm",
      "hosts.hdm is given, but codeDeployment.tool is none; HDM reads the deployed code.",
    );
  }
  return { host: hosts.hdm, settings: hdm };
}

/** How the servers reach Foreman: one with a host of its own, or one that is there. */
export function foremanClientOf({
  hosts,
  foreman,
}: Pick<PuppetInfrastructureArgs, "hosts" | "foreman">): ForemanClientArgs | undefined {
  const { environment, timeout, cacheHours, whenExpired, url, caCertificate } = foreman ?? {};
  const use = { environment, timeout, cacheHours, whenExpired };
  if (hosts.foreman !== undefined) return { ...use, url: foremanUrl(hosts.foreman) };
  if (foreman === undefined) return undefined;
  return { ...use, url: url ?? missing("url"), caCertificate };
}

/** Refuses to use a Foreman that is there without what it needs. */
export function missing(what: "url" | "password"): never {
  throw new pulumi.InputPropertyError({
    propertyPath: `foreman.${what}`,
    reason: `foreman.${what} is not given, and hosts.foreman neither; give one of them.`,
  });
}
