import type { HostArgs } from "../../hosts/host.js";
import type { HostCertificateArgs } from "../certificates/args.js";
import type { PostgresqlArgs } from "../postgresql/args.js";

/** How long PuppetDB keeps its data; durations such as `14d`, `36h` or `90m`. */
export interface Retention {
  /** A node without a word for this time counts as gone, and queries leave it out; `7d` by default. */
  nodeTtl?: string;
  /** After this time as gone, all data of a node is deleted; `14d` by default. */
  nodePurgeTtl?: string;
  /** Reports are deleted after this time; `14d` by default. */
  reportTtl?: string;
}

/** Sizing of PuppetDB; what is left out is computed. */
export interface PuppetDbSizingArgs {
  /** JVM heap in MiB. Default: two fifths of the memory, from 512 to 8192. */
  heap?: number;
  /** Commands stored at the same time. Default: half the cores, from 1 to 16. */
  threads?: number;
  /** Connections to PostgreSQL for commands. Default: four for each core, from 10 to 50. */
  writeConnections?: number;
  /** Connections to PostgreSQL for queries. Default: four for each core, from 10 to 50. */
  readConnections?: number;
}

/** What a {@link PuppetDb} takes. */
export interface PuppetDbArgs extends Retention, HostCertificateArgs {
  /** A host for PuppetDB alone, or the main server's. */
  host: HostArgs;
  /** Name under which all hosts reach the CA. */
  caServer: string;
  /**
   * Certificate names of the Puppet servers, which may send commands and query. With the names of planned servers in
   * it, PuppetDB stays as it is when they are added.
   */
  servers: string[];
  /**
   * Certificate names of hosts that may only read, at `queryUrl`; none by default. The autosign policy must give them
   * to these hosts alone.
   */
  readers?: string[];
  /** Where the database is; in a PostgreSQL on the same host by default. */
  postgresql?: PostgresqlArgs;
  /** Workers and memory; computed from the host by default. */
  sizing?: PuppetDbSizingArgs;
}

/** What Puppet servers do when PuppetDB does not answer. */
export interface PuppetDbUse {
  /**
   * Whether agents run on while PuppetDB is away, which is the default. With `true` a catalog is served although its
   * facts, exported resources and report are not stored; what is missing is stored at the agent's next run. Catalogs
   * that collect exported resources still fail, and agents use their cached ones. With `false` each run fails.
   */
  softWriteFailure?: boolean;
  /**
   * Seconds a server waits for an answer of PuppetDB, 10 by default; three requests of a run may wait one after the
   * other.
   */
  requestTimeout?: number;
}

/** How a Puppet server uses PuppetDB. */
export interface PuppetDbClientArgs extends PuppetDbUse {
  /** PuppetDBs as `https://NAME:PORT`; the first that answers is used. */
  serverUrls: string[];
}
