import * as pulumi from "@pulumi/pulumi";
import type { Distribution } from "../../distributions/index.js";
import { commandAs } from "../../hosts/as-user.js";
import {
  directoryOf,
  execOf,
  fileOf,
  packageOf,
  serviceOf,
  timerOf,
  unitOf,
  type HostState,
} from "../../hosts/host-state.js";
import { mountsOf } from "../../hosts/mounts.js";
import {
  backupFolder,
  databaseFolders,
  renderBackup,
  renderBackupService,
  renderBackupTimer,
  renderDatabaseCheck,
  renderDatabaseSql,
  renderPgHba,
  renderPgService,
  renderPostgresqlConf,
  renderRestart,
  renderRestore,
  type Address,
} from "../../templates/postgresql/postgresql.js";
import type { PuppetDbDatabase } from "./args.js";

/** Folder of our configuration; the packaged one stays as it is. */
const folder = "/etc/postgresql-common/puppetdb";
/** How backups and restores connect to the database. */
const services = `${folder}/pg_service.conf`;

/** A PostgreSQL on PuppetDB's host. */
export const localAddress: Address = {
  server: "localhost",
  port: 5432,
  caFile: `${folder}/server.crt`,
};

/** CA certificates that verify an existing PostgreSQL server's certificate, where the stack sets any. */
export const externalCaFile = `${folder}/ca.pem`;

/** Takes over databases on a volume, perhaps from a different machine, before PostgreSQL's package is installed. */
export function keptDatabases(): HostState {
  const [data] = databaseFolders;
  // The user may have had a different UID there. It is created as the package would create it, which then keeps it.
  const user = `useradd --system --user-group --no-create-home --home-dir ${data} --shell /bin/bash postgres`;
  const takeOver = `getent passwd postgres >/dev/null || ${user}; chown --recursive postgres: ${databaseFolders.join(" ")}`;
  const takenOver = `for data in ${data}/*/main; do test ! -d $data || test "$(stat --format %U $data)" = postgres || exit 1; done`;
  return [
    ...mountsOf(databaseFolders),
    execOf("PostgreSQL owns its databases", ["sh", "-c", takeOver], {
      unless: `sh -c '${takenOver}'`,
    }),
  ];
}

/** PostgreSQL's package, and how its programs connect to the database. */
export function postgresqlClient(
  { roles, passwords, administrator }: PuppetDbDatabase,
  address: pulumi.Output<Address>,
  local: boolean,
): HostState {
  return [
    // The packaged unit waits for the databases' folders.
    ...(local ? keptDatabases() : []),
    packageOf(local ? "postgresql" : "postgresql-client"),
    directoryOf(folder),
    fileOf(
      services,
      pulumi
        .all([passwords, address, administrator])
        .apply(([passwords, address, administrator]) =>
          renderPgService({ ...roles, ...passwords, ...address }, administrator),
        ),
      { mode: "0600", sensitive: true },
    ),
  ];
}

/** PuppetDB's database in a PostgreSQL on PuppetDB's host. */
export function localPostgresql(
  { roles, passwords }: PuppetDbDatabase,
  { services }: Distribution,
  sizing: { connections: number; sharedBuffers: number },
): HostState {
  const notify = "Service[postgresql]";
  const owned = { owner: "postgres", group: "postgres" };
  // Whatever version the system has, it reads this folder.
  const link = `for folder in /etc/postgresql/*/main/conf.d; do ln -sfn ${folder}/postgresql.conf $folder/puppetdb.conf || exit 1; done`;
  const linked = `for folder in /etc/postgresql/*/main/conf.d; do test "$(readlink $folder/puppetdb.conf)" = ${folder}/postgresql.conf || exit 1; done`;
  const [key, certificate] = [`${folder}/server.key`, `${folder}/server.crt`];
  const request = `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 7300 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout ${key} -out ${certificate}.new`;
  return [
    // PuppetDB trusts this one certificate, so nobody has to sign it.
    execOf(
      "make PostgreSQL's certificate",
      ["sh", "-c", `${request} && chown postgres: ${key} && mv ${certificate}.new ${certificate}`],
      { creates: certificate, notify },
    ),
    fileOf(`${folder}/pg_hba.conf`, renderPgHba(roles), { ...owned, mode: "0640", notify }),
    fileOf(`${folder}/postgresql.conf`, renderPostgresqlConf({ folder, ...sizing }), { notify }),
    execOf("PostgreSQL reads its configuration", ["sh", "-c", commandAs("postgres", link)], {
      unless: `sh -c '${linked}'`,
      replaces: ["/etc/postgresql/*/main/conf.d/puppetdb.conf"],
      notify,
    }),
    directoryOf("/etc/systemd/system/postgresql@.service.d"),
    ...unitOf("postgresql@.service.d/puppetdb.conf", renderRestart(services)),
    serviceOf("postgresql"),
    ...madeDatabase({ roles, passwords }, ["runuser", "--user", "postgres", "--"], owned),
  ];
}

/** The database and the roles, which an administrator creates, and updates whenever anything about them changes. */
function madeDatabase(
  { roles, passwords }: PuppetDbDatabase,
  asAdministrator: readonly string[],
  owned: { owner?: string; group?: string } = {},
): HostState {
  return [
    fileOf(
      `${folder}/database.sql`,
      passwords.apply((passwords) => renderDatabaseSql({ ...roles, ...passwords })),
      {
        ...owned,
        mode: "0600",
        sensitive: true,
        notify: "Exec[make PuppetDB's database]",
      },
    ),
    execOf(
      "make PuppetDB's database",
      [...asAdministrator, "psql", "--no-psqlrc", "--quiet", `--file=${folder}/database.sql`],
      { refreshonly: true },
    ),
  ];
}

/** What the host needs to connect to an existing PostgreSQL server, and the check whether it can be used. */
export function externalPostgresql(
  database: PuppetDbDatabase,
  caCertificate: pulumi.Input<string> | undefined,
): HostState {
  const { roles, administrator } = database;
  const asAdministrator = [
    "env",
    ...[`PGSERVICEFILE=${services}`, "PGSERVICE=puppetdb-administrator"],
  ];
  const check = "/usr/local/sbin/puppetdb-database-check";
  return [
    ...(caCertificate === undefined ? [] : [fileOf(externalCaFile, caCertificate)]),
    ...(administrator === undefined ? [] : madeDatabase(database, asAdministrator)),
    fileOf(check, renderDatabaseCheck({ ...roles, services }), { mode: "0755" }),
    execOf("the external database can be used", check, { unless: check }),
  ];
}

/** Backups of the database on a timer, and the script that restores one. */
export function backups(
  { roles }: PuppetDbDatabase,
  { time, days, service }: { time: string; days: number; service: string },
): HostState {
  const scripts = { services, folder: backupFolder };
  return [
    ...mountsOf([backupFolder]),
    directoryOf(backupFolder, { mode: "0700" }),
    fileOf("/usr/local/sbin/puppetdb-backup", renderBackup({ ...scripts, days }), {
      mode: "0755",
    }),
    fileOf("/usr/local/sbin/puppetdb-restore", renderRestore({ ...scripts, ...roles, service }), {
      mode: "0755",
    }),
    ...timerOf("puppetdb-backup", {
      service: renderBackupService(),
      timer: renderBackupTimer({ time }),
    }),
  ];
}
