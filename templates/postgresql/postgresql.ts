import { renderTemplate } from "../render.js";

/**
 * Folders of databases in Debian's packages of PostgreSQL: the databases, and their configuration, without which the
 * package does not find them.
 */
export const databaseFolders = ["/var/lib/postgresql", "/etc/postgresql"] as const;

/** Folder of the backups, on PuppetDB's host. */
export const backupFolder = "/var/backups/puppetdb";

/** Names in PostgreSQL; passwords are letters, digits, `_` and `-` only, so that no file needs to escape them. */
export interface Roles {
  database: string;
  /** The role that owns the tables. */
  user: string;
  /** The read-only role. */
  readUser: string;
}

/** Both roles' passwords. */
export interface Passwords {
  password: string;
  readPassword: string;
}

/** Renders the file that PostgreSQL reads after its packaged configuration. */
export function renderPostgresqlConf(values: {
  /** Folder with pg_hba.conf, server.crt and server.key. */
  folder: string;
  /** Connections of all of PuppetDB's pools together. */
  connections: number;
  /** MiB. */
  sharedBuffers: number;
}): string {
  return renderTemplate(new URL("postgresql.conf.eta", import.meta.url), values);
}

/** Renders pg_hba.conf: the two roles connect over TLS with their passwords, the administrator through the socket. */
export function renderPgHba(values: Roles): string {
  return renderTemplate(new URL("pg_hba.conf.eta", import.meta.url), values);
}

/** Renders the SQL that creates the database and the roles, for psql as administrator; it contains both passwords. */
export function renderDatabaseSql(values: Roles & Passwords): string {
  return renderTemplate(new URL("database.sql.eta", import.meta.url), {
    ...values,
    grants: renderGrants(values.readUser, values.database),
  });
}

/** Where PostgreSQL is, and how its certificate is verified. */
export interface Address {
  server: string;
  port: number;
  /** File with the CA certificates that verify its certificate. */
  caFile: string;
}

/** Login of the role that creates the database and the roles on an existing server. */
export interface Administrator {
  user: string;
  password: string;
}

/**
 * Renders pg_service.conf, with the services `puppetdb` and `puppetdb-read`, and `puppetdb-administrator` where there
 * is one; it contains their passwords.
 */
export function renderPgService(
  values: Roles & Passwords & Address,
  administrator?: Administrator,
): string {
  const { database, user, password, readUser, readPassword } = values;
  return renderTemplate(new URL("pg_service.conf.eta", import.meta.url), {
    ...values,
    roles: [
      { name: "puppetdb", database, user, password },
      { name: "puppetdb-read", database, user: readUser, password: readPassword },
      ...(administrator === undefined
        ? []
        : [{ name: "puppetdb-administrator", database: "postgres", ...administrator }]),
    ],
  });
}

/**
 * The address for Java's driver, after `jdbc:postgresql:`. The driver verifies the certificate and the name in it, with
 * the given file instead of Java's own CAs.
 */
export function jdbcSubname({ server, port, caFile }: Address, database: string): string {
  const tls = "ssl=true&sslfactory=org.postgresql.ssl.LibPQFactory&sslmode=verify-full";
  return `//${server}:${String(port)}/${database}?${tls}&sslrootcert=${caFile}`;
}

/** Renders the script that checks an existing database, and lets the read-only role read it. */
export function renderDatabaseCheck(values: Roles & { services: string }): string {
  return renderTemplate(new URL("check.sh.eta", import.meta.url), {
    ...values,
    grants: renderGrants(values.readUser),
  });
}

/** What the scripts for backups share. */
export interface BackupScripts {
  /** pg_service.conf. */
  services: string;
  /** Folder of the backups. */
  folder: string;
}

/** Renders the script that writes a backup. */
export function renderBackup(
  values: BackupScripts & {
    /** Days that a backup is kept. */
    days: number;
  },
): string {
  return renderTemplate(new URL("backup.sh.eta", import.meta.url), values);
}

/** Renders the script that restores a backup. */
export function renderRestore(
  values: BackupScripts &
    Roles & {
      /** PuppetDB's service. */
      service: string;
    },
): string {
  return renderTemplate(new URL("restore.sh.eta", import.meta.url), {
    ...values,
    grants: renderGrants(values.readUser, `${values.database}_restored`),
  });
}

/** Renders the systemd service that runs the backup once. */
export function renderBackupService(): string {
  return renderTemplate(new URL("backup.service.eta", import.meta.url), { folder: backupFolder });
}

/**
 * Renders the systemd timer that runs the service.
 *
 * @param values.time time of day on the host's clock, HH:MM
 */
export function renderBackupTimer(values: { time: string }): string {
  return renderTemplate(new URL("backup.timer.eta", import.meta.url), values);
}

/**
 * Renders the drop-in for PostgreSQL's systemd unit.
 *
 * @param values.puppetdb name of PuppetDB's service
 */
export function renderRestart(values: { puppetdb: string }): string {
  return renderTemplate(new URL("restart.conf.eta", import.meta.url), values);
}

/**
 * SQL that lets the read-only role read; the owner can run it before or after the tables are created.
 *
 * @param target the database, if all other roles should lose access to it
 */
function renderGrants(readUser: string, target?: string): string {
  return renderTemplate(new URL("grants.sql.eta", import.meta.url), { target, readUser });
}
