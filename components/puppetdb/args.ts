import type { HostArgs } from "../../hosts/host.js";
import type { HostCertificateArgs } from "../certificates/args.js";
import type { PostgresqlArgs } from "../postgresql/args.js";

/** How long PuppetDB keeps its data; durations such as `14d`, `36h` or `90m`. */
export interface Retention {
  /** Time without data after which a node expires, and queries omit it; `7d` by default. */
  nodeTtl?: string;
  /** Time after which all data of an expired node is deleted; `14d` by default. */
  nodePurgeTtl?: string;
  /** Time after which reports are deleted; `14d` by default. */
  reportTtl?: string;
}

/** Sizing of PuppetDB; omitted values are computed. */
export interface PuppetDbSizingArgs {
  /** JVM heap in MiB. Default: two fifths of the memory, from 512 to 8192. */
  heap?: number;
  /** Commands processed at the same time. Default: half the cores, from 1 to 16. */
  threads?: number;
  /** Connections to PostgreSQL for commands. Default: four for each core, from 10 to 50. */
  writeConnections?: number;
  /** Connections to PostgreSQL for queries. Default: four for each core, from 10 to 50. */
  readConnections?: number;
}

/** Arguments of {@link PuppetDb}. */
export interface PuppetDbArgs extends Retention, HostCertificateArgs {
  /** A host for PuppetDB alone, or the main server's. */
  host: HostArgs;
  /** Name under which all hosts connect to the CA. */
  caServer: string;
  /**
   * Certificate names of the Puppet servers, which may send commands and queries. If the list includes planned servers,
   * PuppetDB does not change when they are added.
   */
  servers: string[];
  /**
   * Whether a server that leaves `servers` is accepted until the program says otherwise, because it still serves agents;
   * false by default.
   */
  serversStay?: boolean;
  /**
   * Certificate names of hosts with read-only access, at `queryUrl`; none by default. The autosign policy must sign
   * these names for these hosts only.
   */
  readers?: string[];
  /** The database; in a PostgreSQL on the same host by default. */
  postgresql?: PostgresqlArgs;
  /** Workers and memory; computed from the host's size by default. */
  sizing?: PuppetDbSizingArgs;
}

/** What Puppet servers do when PuppetDB does not answer. */
export interface PuppetDbUse {
  /**
   * Whether agents keep running while PuppetDB is down; true by default. With `true` a catalog is served although its
   * facts, exported resources and report are not stored; the agent's next run stores what is missing. Catalogs that
   * collect exported resources still fail, and agents use their cached ones. With `false` every run fails.
   */
  softWriteFailure?: boolean;
  /**
   * Seconds that a server waits for an answer from PuppetDB, 10 by default; up to three requests of a run may wait, one
   * after the other.
   */
  requestTimeout?: number;
}

/** How a Puppet server uses PuppetDB. */
export interface PuppetDbClientArgs extends PuppetDbUse {
  /** PuppetDBs as `https://NAME:PORT`; the first one that answers is used. */
  serverUrls: string[];
}
