import type * as pulumi from "@pulumi/pulumi";
import type { Administrator, Passwords, Roles } from "../../templates/postgresql/postgresql.js";

/** Where PuppetDB's database is. */
export interface PostgresqlArgs {
  /** Name of an existing PostgreSQL server, such as an RDS endpoint; without it, PuppetDB's host gets a PostgreSQL. */
  server?: pulumi.Input<string>;
  /** TCP port of that server; 5432 by default. */
  port?: number;
  /** Name of the database; `puppetdb` by default. */
  database?: string;
  /** Role that owns the database; `puppetdb` by default. */
  user?: string;
  /** Its password on an existing server: letters, digits, `_` and `-`; generated for one on PuppetDB's host. */
  password?: pulumi.Input<string>;
  /** Read-only role; `puppetdb_read` by default. */
  readUser?: string;
  /** The read-only role's password, with the same rules. */
  readPassword?: pulumi.Input<string>;
  /** CA certificates, PEM, that verify the existing server's certificate; those that the system trusts by default. */
  caCertificate?: pulumi.Input<string>;
  /** Role that creates the database and its roles on an existing server; without it, they must exist already. */
  administrator?: DatabaseAdministratorArgs;
  /** Time of day of the backup, `HH:MM` on the host's clock; `02:30` by default. */
  backupTime?: string;
  /** Days that a backup is kept; 14 by default. */
  backupDays?: number;
}

/** Login of a role that may create databases and roles on a PostgreSQL server. */
export interface DatabaseAdministratorArgs {
  /** The role. */
  user: string;
  /** The role's password. */
  password: pulumi.Input<string>;
}

/** PuppetDB's database and its logins, wherever the database is. */
export interface PuppetDbDatabase {
  roles: Roles;
  passwords: pulumi.Output<Passwords>;
  /** Creates the database and the roles on an existing server; without it, they exist already. */
  administrator?: pulumi.Output<Administrator> | undefined;
}
