import * as z from "zod";
import { defaults } from "../../components/defaults.js";
import {
  certificates,
  dotted,
  duration,
  integer,
  label,
  object,
  port,
  setSecret,
  text,
} from "../values.js";

/** PostgreSQL truncates names to 63 bytes, and a restore appends a suffix to the database's name. */
const longestDatabase = 63 - "_restored".length;
/** A name that is not taken: PostgreSQL's own names belong to its administrator. */
const sqlName = (longest: number) =>
  text(
    new RegExp(
      `^(?!pg_|(postgres|template0|template1|public|none)$)[a-z_][a-z0-9_]{0,${String(longest - 1)}}$`,
    ),
    `a name of at most ${String(longest)} lower-case letters, digits and underscores that PostgreSQL does not use itself, such as puppetdb`,
  );
const password = text(
  /^[A-Za-z0-9_-]{12,128}$/,
  "12 to 128 letters, digits, underscores and hyphens",
);

/** Settings of PuppetDB, and of the servers that use it. */
export const puppetdb = object({
  /** Where PuppetDB runs: on its own host, on the main server, or not at all. */
  host: z.enum(["own", "main", "none"], "own, main or none").default("own"),
  /** Additional PuppetDBs, which servers use when the environment's own is down. */
  serverUrls: z
    .array(
      text(
        new RegExp(`^https://(${label}\\.)*${label}:${port}$`),
        "a URL with a port, such as https://puppetdb2.example.com:8081",
      ),
      "a list of URLs such as https://puppetdb2.example.com:8081",
    )
    .refine((urls) => urls.length <= 10, "at most 10 URLs")
    .default([]),
  /**
   * Whether agents keep running during an outage of PuppetDB. With true, a catalog is served although its facts, its
   * exported resources and the report are not stored; they are stored at the next run. With false, every run of every
   * agent of the site fails until PuppetDB is back. Agents keep machines in order and PuppetDB only reports on that, so
   * the default is true; false is for sites where a catalog without stored exported resources does harm.
   */
  softWriteFailure: z.boolean("true or false").default(defaults.puppetdbClient.softWriteFailure),
  /** Seconds that a server waits for a response. A hanging PuppetDB delays a run by about three times this. */
  requestTimeout: integer(3, 600, "a whole number of seconds").default(
    defaults.puppetdbClient.requestTimeout,
  ),
  /** Time without any data from a node after which it expires. */
  nodeTtl: duration.default(defaults.retention.nodeTtl),
  /** Time after expiry after which a node is deleted. */
  nodePurgeTtl: duration.default(defaults.retention.nodePurgeTtl),
  /** Age at which reports are deleted. */
  reportTtl: duration.default(defaults.retention.reportTtl),
  /** JVM heap in MiB. */
  heap: integer(512, 32768, "a whole number of MiB").optional(),
  /** Commands stored at the same time. */
  threads: integer(1, 64, "a whole number of threads").optional(),
  /** Connections to PostgreSQL for commands. */
  writeConnections: integer(2, 200, "a whole number of connections").optional(),
  /** Connections to PostgreSQL for queries. */
  readConnections: integer(1, 200, "a whole number of connections").optional(),
});

/** Settings of PuppetDB's database. */
export const postgresql = object({
  /** DNS name of an existing PostgreSQL server; without it, PuppetDB's host gets one. */
  server: text(dotted(253), "the DNS name of a server, as in its certificate").optional(),
  /** TCP port of that server. */
  port: integer(1, 65535, "a TCP port").default(defaults.postgresql.port),
  /** Name of the database. */
  database: sqlName(longestDatabase).default(defaults.postgresql.database),
  /** Role that owns the database. */
  user: sqlName(63).default(defaults.postgresql.user),
  /** Its password on an existing server. */
  password: password.optional(),
  /** Read-only role. */
  readUser: sqlName(63).default(defaults.postgresql.readUser),
  /** Its password on an existing server. */
  readPassword: password.optional(),
  /** Certificates that verify the server's own; by default those that the host's system trusts. */
  caCertificate: certificates.optional(),
  /** Time of day of the backup, in the time zone of PuppetDB's host. */
  backupTime: text(/^([01]\d|2[0-3]):[0-5]\d$/, "a time from 00:00 to 23:59").default(
    defaults.postgresql.backupTime,
  ),
  /** Days a backup is kept. */
  backupDays: integer(1, 3650, "a whole number of days").default(defaults.postgresql.backupDays),
});

export type Puppetdb = z.output<typeof puppetdb>;
export type Postgresql = z.output<typeof postgresql>;

/** Settings that an existing database needs and the environment's own does not. */
export function postgresqlFaults({ host }: Puppetdb, given: Postgresql): string[] {
  const sentences: string[] = [];
  const { server, user, readUser } = given;
  if (user === readUser) {
    sentences.push(
      `puppet:postgresql.readUser is "${readUser}", the same as puppet:postgresql.user; write a different role, which only reads.`,
    );
  }
  if (server !== undefined && host === "none") {
    sentences.push(
      `puppet:postgresql.server is "${server}", but puppet:puppetdb.host is "none"; set puppet:puppetdb.host to own or main, or remove puppet:postgresql.server.`,
    );
  }
  for (const key of ["password", "readPassword"] as const) {
    if (server !== undefined && host !== "none" && given[key] === undefined) {
      sentences.push(
        `puppet:postgresql.${key} is not set; write the password of ${key === "password" ? user : readUser} on ${server}, with ${setSecret(`postgresql.${key}`)}.`,
      );
    }
    if (server === undefined && given[key] !== undefined) {
      sentences.push(
        `puppet:postgresql.${key} is set, but the environment's own PostgreSQL generates its passwords; remove it, or set puppet:postgresql.server.`,
      );
    }
  }
  if (server === undefined && given.port !== 5432) {
    sentences.push(
      `puppet:postgresql.port is ${String(given.port)}, but puppet:postgresql.server is not set; set puppet:postgresql.server, or remove puppet:postgresql.port.`,
    );
  }
  if (server === undefined && given.caCertificate !== undefined) {
    sentences.push(
      "puppet:postgresql.caCertificate is set, but puppet:postgresql.server is not; set puppet:postgresql.server, or remove puppet:postgresql.caCertificate.",
    );
  }
  return sentences;
}
