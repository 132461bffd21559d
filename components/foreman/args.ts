import type * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";
import type { HostCertificateArgs } from "../certificates/args.js";
import type { ExpiredClassification, NodeEnvironment } from "../choices.js";

/** An existing PostgreSQL server with Foreman's database. */
export interface ForemanDatabaseArgs {
  /** Name of the server. */
  server: string;
  /** TCP port of the server; 5432 by default. */
  port?: number;
  /** Name of the database; `foreman` by default. */
  database?: string;
  /** Role that owns the database; `foreman` by default. */
  user?: string;
  /** The role's password. */
  password: pulumi.Input<string>;
  /** CA certificates, PEM, that verify the server's certificate; those that the system trusts by default. */
  caCertificate?: pulumi.Input<string> | undefined;
}

/** Where Foreman's packages come from. */
export interface ForemanPackagesArgs {
  /** URL of an APT repository with Foreman's suites and components; Foreman's own by default. */
  url?: string;
  /** ASCII-armoured public key that the repository is signed with; Foreman's own by default. */
  key?: string | undefined;
}

/** Arguments of {@link Foreman}. */
export interface ForemanArgs extends HostCertificateArgs {
  /** A host for Foreman alone: Debian 12 or 13 or Ubuntu 22.04 or 24.04, amd64, at least 4 GiB of memory. */
  host: HostArgs;
  /** Name under which all hosts connect to the CA. */
  caServer: string;
  /** Login of the first user, who has all permissions; `admin` by default. */
  user?: string;
  /** An existing database; by default, Foreman's host gets a PostgreSQL. */
  database?: ForemanDatabaseArgs | undefined;
  /** Where its packages come from; Foreman's own repository by default. */
  packages?: ForemanPackagesArgs | undefined;
  /** Foreman release, such as `5.0`, which is the default. */
  version?: string;
}

/** How Puppet servers use Foreman, and what they do when it does not answer. */
export interface ForemanUse {
  /**
   * Who decides a node's environment: `foreman`, which is the default, or the `agent` through its configuration.
   */
  environment?: NodeEnvironment;
  /** Seconds that a catalog waits for Foreman before the last classification is served; 10 by default. */
  timeout?: number;
  /** Hours that a classification stays valid without a new answer; 168 by default. */
  cacheHours?: number;
  /**
   * What happens when there is no valid classification: with `serve`, the default, the expired one is served, and a
   * node that is new to this server gets no classes; with `fail` the agent gets no catalog.
   */
  whenExpired?: ExpiredClassification;
}

/** How a Puppet server connects to Foreman. */
export interface ForemanClientArgs extends ForemanUse {
  /** Address, `https://NAME` or `https://NAME:PORT`. */
  url: string;
  /** CA certificates, PEM, that verify Foreman's certificate; those of the environment's CA by default. */
  caCertificate?: pulumi.Input<string>;
}

/** Arguments of {@link ForemanRegistration}. */
export interface ForemanRegistrationArgs {
  /** The main server's host, which can already connect to Foreman. */
  main: HostArgs;
  /** Where Puppet's packages come from; Debian's own by default. */
  distribution?: DistributionName;
  /** Foreman user who may change its settings and smart proxies. */
  user: pulumi.Input<string>;
  /** The user's password. */
  password: pulumi.Input<string>;
  /** Certificate names of all Puppet servers: Foreman answers their queries and accepts their facts and reports. */
  servers: string[];
  /**
   * Whether a server that leaves `servers` stays a trusted host until the program says otherwise, because it still serves
   * agents; false by default.
   */
  serversStay?: boolean;
  /** Whether the main server has a smart proxy, which is then registered as well; false by default. */
  smartProxy?: boolean;
  /** Whether code deployment manages the environments, so that Foreman imports them after deploys; false by default. */
  deployedCode?: boolean;
}
