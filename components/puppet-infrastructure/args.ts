import type * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { Host, HostArgs } from "../../hosts/host.js";
import type { CodeTool } from "../choices.js";
import type { RolloutArgs } from "../compiler/args.js";
import type { CodeDeploymentSettings } from "../code-deployment/args.js";
import type { ForemanDatabaseArgs, ForemanPackagesArgs, ForemanUse } from "../foreman/args.js";
import type { HdmSettings } from "../hdm/args.js";
import type { PostgresqlArgs } from "../postgresql/args.js";
import type {
  CompilerSizingArgs,
  EyamlArgs,
  ServerGemsArgs,
  SizingArgs,
} from "../puppet-server/args.js";
import type { PuppetDbSizingArgs, PuppetDbUse, Retention } from "../puppetdb/args.js";
import type { ReportsArgs } from "../reports/args.js";

/** The hosts of an environment by role; each is a separate machine. */
export interface HostsArgs {
  /** The main server, with the certificate authority. */
  readonly main: HostArgs;
  /** The load balancer. */
  readonly loadBalancer: HostArgs;
  /** One compiler for each host. */
  readonly compilers: HostArgs[];
  /** PuppetDB's host, which may be the main server's; without it, there is no PuppetDB. */
  readonly puppetdb?: HostArgs | undefined;
  /** HDM's host; without it, there is no HDM. */
  readonly hdm?: HostArgs | undefined;
  /** Foreman's host; without it, no Foreman is set up, but an existing one can be used. */
  readonly foreman?: HostArgs | undefined;
}

/** The same hosts, with what Pulumi has to wait for. */
export type HostsByRole = {
  readonly [Role in keyof HostsArgs]: HostsArgs[Role] extends HostArgs[] ? Host[] : Host;
};

/** Arguments of `PuppetInfrastructure`. */
export interface PuppetInfrastructureArgs {
  /** The hosts by role; each is a separate machine, but PuppetDB may share the main server's. */
  hosts: HostsArgs;
  /**
   * Certificate names of planned compilers; none by default. Agents cannot get these names, and PuppetDB already
   * accepts them, so that nothing changes there when this stack or a different one adds a compiler.
   */
  plannedCompilers?: string[];
  /** Where Puppet's packages come from, the same on all hosts; Debian's own by default. */
  distribution?: DistributionName;
  /**
   * Name that agents get catalogs from: the load balancer's; `puppet` by default. A name without a dot is in the main
   * server's domain, and so are the next two.
   */
  puppetServer?: string;
  /** Name that certificates are requested from: the main server's; `puppetca` by default. */
  caServer?: string;
  /** Name that files are served under: the load balancer's as well; `puppetfiles` by default. */
  fileServer?: string;
  /** Subject of the CA, which cannot change once the CA is set up; `Puppet CA` by default. */
  caName?: string;
  /** Workers and memory of the main server; computed by default. */
  mainServer?: SizingArgs;
  /** Workers, memory and waiting requests of each compiler; computed by default. */
  compiler?: CompilerSizingArgs;
  /** How changes that restart Puppet Server reach the compilers: one at a time by default. */
  rollout?: RolloutArgs;
  /** Whether agents may store files on compilers and read them, for `puppet filebucket`; false by default. */
  fileBucket?: boolean;
  /** Keys with which Puppet servers decrypt values in Hiera data; none by default. */
  eyaml?: EyamlArgs | undefined;
  /** Gems of the Puppet servers' Ruby; none by default. A new server joins the pool only with all of them. */
  serverGems?: ServerGemsArgs;
  /**
   * How long each Puppet server keeps reports that PuppetDB or Foreman does not take; up to 1024 MiB and 7 days by
   * default.
   */
  reports?: ReportsArgs;
  /** TCP port of the load balancer's statistics page; 8404 by default. */
  statsPort?: number;
  /** Seconds that a catalog may take to compile; 900 by default. */
  compileTimeout?: number;
  /** How Puppet servers use PuppetDB, and how it is set up on its host, if it has one. */
  puppetdb?: PuppetDbSettings;
  /** Where PuppetDB's database is; in a PostgreSQL on PuppetDB's host by default. */
  postgresql?: PostgresqlArgs;
  /** The Foreman that classifies nodes and shows their reports; none by default, unless it has a host. */
  foreman?: ForemanSettings | undefined;
  /**
   * How code gets from Git to every server: by default with r10k, from a repository that the main server hosts. With
   * the tool `none`, there is no code deployment.
   */
  codeDeployment?: CodeSettings;
  /** TCP port of the webhook on the main server; 9000 by default. */
  webhookPort?: number;
  /**
   * Certificate chain for the webhook's HTTPS, PEM, of a CA that the Git servers trust; by default, it has one of the
   * environment's CA.
   */
  webhookCertificate?: string | undefined;
  /** That certificate's private key, PEM. */
  webhookPrivateKey?: pulumi.Input<string> | undefined;
  /** How HDM is set up on its host, if it has one; it needs PuppetDB and code deployment. */
  hdm?: HdmSettings | undefined;
}

/** Foreman, and how Puppet servers use it. */
export interface ForemanSettings extends ForemanUse {
  /** Address of an existing Foreman, `https://NAME` or `https://NAME:PORT`; ignored with a host for Foreman. */
  url?: string | undefined;
  /** CA certificates, PEM, that verify an existing Foreman's certificate; those of the environment's CA by default. */
  caCertificate?: pulumi.Input<string> | undefined;
  /** Foreman user who may change its settings and smart proxies; `admin` by default. */
  user?: string;
  /** Password of that user in an existing Foreman; generated with a host for Foreman. */
  password?: pulumi.Input<string> | undefined;
  /** Whether the main server runs a smart proxy for it; true by default. */
  smartProxy?: boolean;
  /** Foreman release, such as `5.0`, which is the default. */
  version?: string;
  /** Where packages of Foreman and the smart proxy come from; Foreman's own repository by default. */
  packages?: ForemanPackagesArgs | undefined;
  /** An existing database for Foreman on its host; by default, that host gets a PostgreSQL. */
  database?: ForemanDatabaseArgs | undefined;
}

/** Settings of PuppetDB and of its clients. */
export interface PuppetDbSettings extends PuppetDbUse, Retention, PuppetDbSizingArgs {
  /** Additional PuppetDBs, as `https://NAME:PORT`; Puppet servers use them when the environment's PuppetDB is down. */
  serverUrls?: string[];
}

/** Settings of code deployment in an infrastructure. */
export interface CodeSettings extends CodeDeploymentSettings {
  /** Tool that fetches code; r10k by default. */
  tool?: CodeTool;
  /** Control repositories by name; without any, the main server hosts one. */
  sources?: Record<string, CodeSourceArgs>;
}

/** A control repository, whose branches are environments. */
export interface CodeSourceArgs {
  /** URL in any form that Git accepts, without a password. */
  remote: string;
  /** Prefix of its environments' names, followed by an underscore; none by default. */
  prefix?: string | undefined;
}
