import type * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";
import type { HostCertificateArgs } from "../certificates/args.js";
import type { ExpiredClassification, NodeEnvironment } from "../choices.js";

/** An existing PostgreSQL server with Foreman's database in it. */
export interface ForemanDatabaseArgs {
  /** Name of the server. */
  server: string;
  /** TCP port of the server; 5432 by default. */
  port?: number;
  /** Name of the database; `foreman` by default. */
  database?: string;
  /** Role that owns it; `foreman` by default. */
  user?: string;
  /** Its password. */
  password: pulumi.Input<string>;
  /** Certificates, PEM, that verify the server's; those the system trusts by default. */
  caCertificate?: pulumi.Input<string> | undefined;
}

/** Which packages of Foreman are taken. */
export interface ForemanPackagesArgs {
  /** URL of an APT repository with Foreman's suites and components; Foreman's own by default. */
  url?: string;
  /** ASCII-armoured public key that signs it; Foreman's own by default. */
  key?: string | undefined;
}

/** What a {@link Foreman} takes. */
export interface ForemanArgs extends HostCertificateArgs {
  /** A host for Foreman alone, with Debian 12 or 13 or Ubuntu 22.04 or 24.04, amd64, and 4 GiB of memory or more. */
  host: HostArgs;
  /** Name under which all hosts reach the CA. */
  caServer: string;
  /** Login of the first user, who may do everything; `admin` by default. */
  user?: string;
  /** Where the database is; in a PostgreSQL on the same host by default. */
  database?: ForemanDatabaseArgs | undefined;
  /** Where its packages come from. */
  packages?: ForemanPackagesArgs | undefined;
  /** Release of Foreman, such as `5.0`, which is the default. */
  version?: string;
}

/** What Puppet servers do with Foreman's answers, and without them. */
export interface ForemanUse {
  /**
   * Who decides a node's environment: `foreman`, which is the default, or the `agent` by its configuration.
   */
  environment?: NodeEnvironment;
  /** Seconds a catalog waits for Foreman, once; 10 by default. Then the last classification is served. */
  timeout?: number;
  /** Hours for which a classification is good without a new answer; 168 by default. */
  cacheHours?: number;
  /**
   * What happens when there is none that recent: with `serve`, the default, the old one is served, and none to a node
   * that this server has not seen before; with `fail` the agent gets no catalog.
   */
  whenExpired?: ExpiredClassification;
}

/** How a Puppet server reaches Foreman. */
export interface ForemanClientArgs extends ForemanUse {
  /** Address, `https://NAME` or `https://NAME:PORT`. */
  url: string;
  /** Certificates, PEM, that verify Foreman's; those of the environment's CA by default. */
  caCertificate?: pulumi.Input<string>;
}

/** What a {@link ForemanRegistration} takes. */
export interface ForemanRegistrationArgs {
  /** Host of the main server, which reaches Foreman already. */
  main: HostArgs;
  /** Where the packages of Puppet come from; Debian's own by default. */
  distribution?: DistributionName;
  /** User of Foreman who may change its settings and smart proxies. */
  user: pulumi.Input<string>;
  /** Its password. */
  password: pulumi.Input<string>;
  /** Certificate names of all Puppet servers: Foreman answers their questions, and takes their facts and reports. */
  servers: string[];
  /** Whether the main server has a smart proxy, which is registered as well; false by default. */
  smartProxy?: boolean;
  /** Whether code deployment keeps the environments, for which Foreman then looks after each deploy; false by default. */
  deployedCode?: boolean;
}
