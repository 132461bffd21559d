import type * as pulumi from "@pulumi/pulumi";
import type { Administrator, Passwords, Roles } from "../../templates/postgresql/postgresql.js";

/** Where PuppetDB's database is. */
export interface PostgresqlArgs {
  /** Name of an existing PostgreSQL server, such as one of RDS; without it, PuppetDB's host gets one. */
  server?: pulumi.Input<string>;
  /** TCP port of that server; 5432 by default. */
  port?: number;
  /** Name of the database; `puppetdb` by default. */
  database?: string;
  /** Role that owns the database; `puppetdb` by default. */
  user?: string;
  /** Its password on an existing server: letters, digits, `_` and `-`; generated for one on PuppetDB's host. */
  password?: pulumi.Input<string>;
  /** Role that may only read; `puppetdb_read` by default. */
  readUser?: string;
  /** Its password, as above. */
  readPassword?: pulumi.Input<string>;
  /** Certificates, PEM, that verify the existing server's; those the system trusts by default. */
  caCertificate?: pulumi.Input<string>;
  /** Who may make the database and its roles on an existing server; without it, they must exist. */
  administrator?: DatabaseAdministratorArgs;
  /** Time of the day of the backup, `HH:MM` on the host's clock; `02:30` by default. */
  backupTime?: string;
  /** Days a backup is kept; 14 by default. */
  backupDays?: number;
}

/** Who may make databases and roles on a PostgreSQL server. */
export interface DatabaseAdministratorArgs {
  /** The role. */
  user: string;
  /** Its password. */
  password: pulumi.Input<string>;
}

/** PuppetDB's database and its logins, wherever it is. */
export interface PuppetDbDatabase {
  roles: Roles;
  passwords: pulumi.Output<Passwords>;
  /** Who makes the database and the roles on an existing server; without it, they exist. */
  administrator?: pulumi.Output<Administrator> | undefined;
}
