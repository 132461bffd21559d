import { renderTemplate } from "../render.js";

/**
 * Folders of databases as Debian packages PostgreSQL: the databases and their configuration, without which the package
 * does not know them.
 */
export const databaseFolders = ["/var/lib/postgresql", "/etc/postgresql"] as const;

/** Folder of the backups, on PuppetDB's host. */
export const backupFolder = "/var/backups/puppetdb";

/** Names in PostgreSQL; passwords are letters, digits, `_` and `-` only, so that every file takes them as they are. */
export interface Roles {
  database: string;
  /** The role that owns the tables. */
  user: string;
  /** The role that only reads. */
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
  /** Connections of all of PuppetDB's pools. */
  connections: number;
  /** MiB. */
  sharedBuffers: number;
}): string {
  return renderTemplate(new URL("postgresql.conf.eta", import.meta.url), values);
}

/** Renders pg_hba.conf: the two roles over TLS with their passwords, the administrator on the socket. */
export function renderPgHba(values: Roles): string {
  return renderTemplate(new URL("pg_hba.conf.eta", import.meta.url), values);
}

/** Renders the SQL that makes the database and the roles, for psql as administrator; it holds both passwords. */
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
  /** File with the certificates that its own is verified with. */
  caFile: string;
}

/** Who makes the database and the roles on a server that somebody else keeps. */
export interface Administrator {
  user: string;
  password: string;
}

/**
 * Renders pg_service.conf, with the services `puppetdb` and `puppetdb-read`, and `puppetdb-administrator` where there
 * is one; it holds their passwords.
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
 * The address for Java's driver, after `jdbc:postgresql:`. It verifies the certificate and the name in it, by the
 * given file and not by Java's own list.
 */
export function jdbcSubname({ server, port, caFile }: Address, database: string): string {
  const tls = "ssl=true&sslfactory=org.postgresql.ssl.LibPQFactory&sslmode=verify-full";
  return `//${server}:${String(port)}/${database}?${tls}&sslrootcert=${caFile}`;
}

/** Renders the script that checks a database somebody else made, and lets the reading role read in it. */
export function renderDatabaseCheck(values: Roles & { services: string }): string {
  return renderTemplate(new URL("check.sh.eta", import.meta.url), {
    ...values,
    grants: renderGrants(values.readUser),
  });
}

/** What the scripts around backups share. */
export interface BackupScripts {
  /** pg_service.conf. */
  services: string;
  /** Folder of the backups. */
  folder: string;
}

/** Renders the script that writes a backup. */
export function renderBackup(
  values: BackupScripts & {
    /** Days a backup is kept. */
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
 * @param values.time time of the day on the host's clock, HH:MM
 */
export function renderBackupTimer(values: { time: string }): string {
  return renderTemplate(new URL("backup.timer.eta", import.meta.url), values);
}

/**
 * Renders the addition to PostgreSQL's systemd unit.
 *
 * @param values.puppetdb name of PuppetDB's service
 */
export function renderRestart(values: { puppetdb: string }): string {
  return renderTemplate(new URL("restart.conf.eta", import.meta.url), values);
}

/**
 * SQL that lets the reading role read; run by the owner, before or after there are tables.
 *
 * @param target the database, where it shall be closed to all others
 */
function renderGrants(readUser: string, target?: string): string {
  return renderTemplate(new URL("grants.sql.eta", import.meta.url), { target, readUser });
}
