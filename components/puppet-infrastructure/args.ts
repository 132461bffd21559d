import type * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";
import type { CodeTool } from "../choices.js";
import type { CodeDeploymentSettings } from "../code-deployment/args.js";
import type { ForemanDatabaseArgs, ForemanPackagesArgs, ForemanUse } from "../foreman/args.js";
import type { HdmSettings } from "../hdm/args.js";
import type { PostgresqlArgs } from "../postgresql/args.js";
import type { SizingArgs } from "../puppet-server/args.js";
import type { PuppetDbSizingArgs, PuppetDbUse, Retention } from "../puppetdb/args.js";

/** The hosts of an environment by role; each is a machine for itself. */
export interface HostsArgs {
  /** The main server, with the certificate authority. */
  readonly main: HostArgs;
  /** The load balancer. */
  readonly loadBalancer: HostArgs;
  /** One compiler for each host. */
  readonly compilers: HostArgs[];
  /** PuppetDB's host, or the main server's; without it, there is no PuppetDB. */
  readonly puppetdb?: HostArgs | undefined;
  /** HDM's host; without it, there is no HDM. */
  readonly hdm?: HostArgs | undefined;
  /** Foreman's host; without it, none is set up, and an existing one can be used. */
  readonly foreman?: HostArgs | undefined;
}

/** What a `PuppetInfrastructure` takes. */
export interface PuppetInfrastructureArgs {
  /** The hosts by role; each is a machine for itself, but PuppetDB's may be the main server's. */
  hosts: HostsArgs;
  /**
   * Certificate names of planned compilers; none by default. Agents cannot have them, and PuppetDB lets them in
   * already, so that it stays as it is when a compiler is added, here or by another stack.
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
  /** How Puppet servers use PuppetDB, and how it is set up on its host, if it has one. */
  puppetdb?: PuppetDbSettings;
  /** Where PuppetDB's database is; in a PostgreSQL on PuppetDB's host by default. */
  postgresql?: PostgresqlArgs;
  /** The Foreman that classifies nodes and shows their reports; none by default, unless it has a host. */
  foreman?: ForemanSettings | undefined;
  /**
   * How code gets from Git to every server: by default with r10k, from a repository that the main server keeps; with
   * the tool `none`, it does not.
   */
  codeDeployment?: CodeSettings;
  /** TCP port of the webhook on the main server; 9000 by default. */
  webhookPort?: number;
  /** How HDM is set up on its host, if it has one; it needs PuppetDB and code deployment. */
  hdm?: HdmSettings | undefined;
}

/** Foreman, and how Puppet servers use it. */
export interface ForemanSettings extends ForemanUse {
  /** Address of an existing Foreman, `https://NAME` or `https://NAME:PORT`; not used with a host for Foreman. */
  url?: string | undefined;
  /** Certificates, PEM, that verify an existing Foreman's; those of the environment's CA by default. */
  caCertificate?: pulumi.Input<string> | undefined;
  /** User of Foreman who may change its settings and smart proxies; `admin` by default. */
  user?: string;
  /** Password of that user in an existing Foreman; generated with a host for Foreman. */
  password?: pulumi.Input<string> | undefined;
  /** Whether the main server has a smart proxy for it; true by default. */
  smartProxy?: boolean;
  /** Release of Foreman, such as `5.0`, which is the default. */
  version?: string;
  /** Where packages of Foreman and the smart proxy come from. */
  packages?: ForemanPackagesArgs | undefined;
  /** Database of a Foreman with a host; in a PostgreSQL on that host by default. */
  database?: ForemanDatabaseArgs | undefined;
}

/** Settings of PuppetDB, and of those who use it. */
export interface PuppetDbSettings extends PuppetDbUse, Retention, PuppetDbSizingArgs {
  /** Further PuppetDBs, as `https://NAME:PORT`; Puppet servers use them when the environment's PuppetDB is away. */
  serverUrls?: string[];
}

/** Settings of code deployment in an infrastructure. */
export interface CodeSettings extends CodeDeploymentSettings {
  /** Program that fetches code, r10k by default; or none. */
  tool?: CodeTool;
  /** Control repositories by their names; without any, the main server keeps one itself. */
  sources?: Record<string, CodeSourceArgs>;
}

/** A control repository, whose branches are environments. */
export interface CodeSourceArgs {
  /** URL as Git takes it, without a password. */
  remote: string;
  /** Prefix of the names of its environments, followed by an underscore; none by default. */
  prefix?: string | undefined;
}
