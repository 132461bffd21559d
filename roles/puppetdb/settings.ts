import * as z from "zod";
import { defaults } from "../../components/defaults.js";
import { certificates, dotted, integer, label, object, port, setSecret, text } from "../values.js";

const duration = text(
  /^[1-9]\d{0,4}[dhm]$/,
  "a duration in days, hours or minutes, such as 14d, 36h or 90m",
);
/** PostgreSQL cuts names at 63 bytes, and a restore puts endings of its own behind the database's. */
const longestDatabase = 63 - "_restored".length;
/** A name that is nobody's already: PostgreSQL's own are its administrator's. */
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

/** Settings of PuppetDB, and of those who use it. */
export const puppetdb = object({
  /** Where PuppetDB runs: on a host of its own, beside the main server, or not at all. */
  host: z.enum(["own", "main", "none"], "own, main or none").default("own"),
  /** Further PuppetDBs, which servers use when the environment's own is away. */
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
   * Whether agents run on while PuppetDB is away. With true a catalog is served although its facts, its exported
   * resources and the report are not stored; they are at the next run. With false every run fails until PuppetDB
   * is back, and with it every agent of the site. Agents are there to keep machines in order and PuppetDB to tell
   * of it, so the default is true; false is for sites where a catalog without stored exported resources does harm.
   */
  softWriteFailure: z.boolean("true or false").default(defaults.puppetdbClient.softWriteFailure),
  /** Seconds a server waits for an answer. A PuppetDB that hangs delays a run by about three times this. */
  requestTimeout: integer(3, 600, "whole seconds").default(defaults.puppetdbClient.requestTimeout),
  /** Time without a word after which a node counts as gone. */
  nodeTtl: duration.default(defaults.retention.nodeTtl),
  /** Time as gone after which a node is deleted. */
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
  /** Name of a PostgreSQL server that is there; without it PuppetDB's host gets one. */
  server: text(dotted(253), "the DNS name of a server, as in its certificate").optional(),
  /** TCP port of that server. */
  port: integer(1, 65535, "a TCP port").default(defaults.postgresql.port),
  /** Name of the database. */
  database: sqlName(longestDatabase).default(defaults.postgresql.database),
  /** Role that owns the database. */
  user: sqlName(63).default(defaults.postgresql.user),
  /** Its password on a server that is there. */
  password: password.optional(),
  /** Role that only reads. */
  readUser: sqlName(63).default(defaults.postgresql.readUser),
  /** Its password on a server that is there. */
  readPassword: password.optional(),
  /** Certificates that the server's own is verified with; those the host's system trusts by default. */
  caCertificate: certificates.optional(),
  /** Time of the day of the backup, on the clock of PuppetDB's host. */
  backupTime: text(/^([01]\d|2[0-3]):[0-5]\d$/, "a time from 00:00 to 23:59").default(
    defaults.postgresql.backupTime,
  ),
  /** Days a backup is kept. */
  backupDays: integer(1, 3650, "whole days").default(defaults.postgresql.backupDays),
});

export type Puppetdb = z.output<typeof puppetdb>;
export type Postgresql = z.output<typeof postgresql>;

/** What an existing database needs, and the environment's own does not. */
export function postgresqlFaults({ host }: Puppetdb, given: Postgresql): string[] {
  const sentences: string[] = [];
  const { server, user, readUser } = given;
  if (user === readUser) {
    sentences.push(
      `puppet:postgresql.readUser is "${readUser}", as is puppet:postgresql.user; write another role, which only reads.`,
    );
  }
  if (server !== undefined && host === "none") {
    sentences.push(
      `puppet:postgresql.server is "${server}", but puppet:puppetdb.host is "none"; write own or main there, or remove puppet:postgresql.server.`,
    );
  }
  for (const key of ["password", "readPassword"] as const) {
    if (server !== undefined && host !== "none" && given[key] === undefined) {
      sentences.push(
        `puppet:postgresql.${key} is not set; write the password that ${key === "password" ? user : readUser} has on ${server}, with ${setSecret(`postgresql.${key}`)}.`,
      );
    }
    if (server === undefined && given[key] !== undefined) {
      sentences.push(
        `puppet:postgresql.${key} is set, but a PostgreSQL of the environment's own has passwords that nobody needs to know; remove it, or set puppet:postgresql.server.`,
      );
    }
  }
  if (server === undefined && given.port !== 5432) {
    sentences.push(
      `puppet:postgresql.port is ${String(given.port)} without puppet:postgresql.server; set that, or remove it.`,
    );
  }
  if (server === undefined && given.caCertificate !== undefined) {
    sentences.push(
      "puppet:postgresql.caCertificate is set without puppet:postgresql.server; set that, or remove it.",
    );
  }
  return sentences;
}
