import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { HostConfiguration } from "../../hosts/host-configuration.js";
import type { HostArgs } from "../../hosts/host.js";
import type { HostState } from "../../hosts/host-state.js";
import { puppetdbPort, readerPort } from "../../templates/puppetdb/puppetdb.js";
import { withDistribution, withDefaults } from "../arguments.js";
import { defaults } from "../defaults.js";
import {
  hostCertificate,
  hostCertificateState,
  type HostCertificateArgs,
} from "../certificates/host-certificate.js";
import {
  backups,
  externalCaFile,
  externalPostgresql,
  localAddress,
  localPostgresql,
  postgresqlClient,
  type DatabaseState,
} from "../postgresql/state.js";
import { puppetdbMemory, puppetdbSizing, type PuppetDbSizingArgs } from "./sizing.js";
import { puppetdbState, readersState } from "./state.js";

/** How long PuppetDB keeps what it knows; durations such as `14d`, `36h` or `90m`. */
export interface Retention {
  /** After this time without a word a node counts as gone, and queries leave it out; `7d` by default. */
  nodeTtl?: string;
  /** After this time as gone, all that is known of a node is deleted; `14d` by default. */
  nodePurgeTtl?: string;
  /** Reports are deleted after this time; `14d` by default. */
  reportTtl?: string;
}

/** Where PuppetDB's database is. */
export interface PostgresqlArgs {
  /** Name of a PostgreSQL server that is there, such as one of RDS; without it, PuppetDB's host gets one. */
  server?: pulumi.Input<string>;
  /** TCP port of that server; 5432 by default. */
  port?: number;
  /** Name of the database; `puppetdb` by default. */
  database?: string;
  /** Role that owns the database; `puppetdb` by default. */
  user?: string;
  /** Its password on an external server: letters, digits, `_` and `-`; for one of its own it is made. */
  password?: pulumi.Input<string>;
  /** Role that may only read; `puppetdb_read` by default. */
  readUser?: string;
  /** Its password, as above. */
  readPassword?: pulumi.Input<string>;
  /** Certificates, PEM, that the external server's own is verified with; those the system trusts by default. */
  caCertificate?: pulumi.Input<string>;
  /** Who may make the database and its roles on an external server; without it they are there. */
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

/** What a {@link PuppetDb} takes. */
export interface PuppetDbArgs extends Retention, HostCertificateArgs {
  /** A host of its own, or the main server's. */
  host: HostArgs;
  /** Name under which all hosts reach the CA. */
  caServer: string;
  /**
   * Certificate names of the Puppet servers, which may send commands and query. With the names of servers still
   * to come in it, PuppetDB need not hear of them when they do.
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

/** Where PuppetDB on a host answers Puppet servers. */
export const puppetdbUrl = (host: HostArgs) => `https://${host.fqdn}:${String(puppetdbPort)}`;

/**
 * PuppetDB with its PostgreSQL: facts, catalogs and reports of every agent.
 *
 * Puppet servers reach it at `url`; people and tools that only read at `queryUrl`, with a certificate
 * made for it. Both are TLS with certificates of the CA on both sides.
 */
export class PuppetDb extends pulumi.ComponentResource {
  /** Where Puppet servers reach it. */
  readonly url: string;
  /** Where readers do. */
  readonly queryUrl: string;

  constructor(name: string, args: PuppetDbArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:PuppetDb", name, {}, opts);
    const given = withDistribution(withDefaults(args, { ...defaults.retention, readers: [] }));
    const { host, mainHost, distribution, caServer } = given;
    const postgresql = withDefaults(args.postgresql ?? {}, defaults.postgresql);
    this.url = puppetdbUrl(host);
    this.queryUrl = `https://${host.fqdn}:${String(readerPort)}`;

    const beside = host.fqdn === mainHost.fqdn;
    const local = postgresql.server === undefined;
    const memory = puppetdbMemory(host.memory, beside);
    const sizing = puppetdbSizing({ ...host, memory }, args.sizing ?? {}, local);

    const password = (role: string, given: pulumi.Input<string> | undefined) =>
      given === undefined
        ? new random.RandomPassword(
            `${name}-${role}-password`,
            { length: 32, special: false },
            { parent: this },
          ).result
        : pulumi.secret(given);
    const database: DatabaseState = {
      roles: {
        database: postgresql.database,
        user: postgresql.user,
        readUser: postgresql.readUser,
      },
      passwords: pulumi
        .all([password("write", postgresql.password), password("read", postgresql.readPassword)])
        .apply(([password, readPassword]) => ({ password, readPassword })),
      administrator: postgresql.administrator && pulumi.output(postgresql.administrator),
    };
    const connections = sizing.writeConnections + sizing.readConnections;
    const address = pulumi.output(postgresql.server).apply((server) =>
      server === undefined
        ? localAddress
        : {
            server,
            port: postgresql.port,
            caFile:
              postgresql.caCertificate === undefined
                ? "/etc/ssl/certs/ca-certificates.crt"
                : externalCaFile,
          },
    );

    const state: HostState = [
      ...(beside ? [] : hostCertificateState(given)),
      ...postgresqlClient(database, address, local),
      ...(local
        ? localPostgresql(database, distribution, {
            connections,
            sharedBuffers: sizing.sharedBuffers,
          })
        : externalPostgresql(database, postgresql.caCertificate)),
      ...puppetdbState({ ...given, sizing, database, address, caServer }),
      ...readersState(host, distribution, given.readers),
      ...backups(database, {
        time: postgresql.backupTime,
        days: postgresql.backupDays,
        service: distribution.services.puppetdb,
      }),
    ];
    new HostConfiguration(
      `${name}-configuration`,
      {
        host,
        distribution,
        state,
        services: [
          distribution.services.puppetdb,
          ...(local ? ["postgresql"] : []),
          ...["haproxy", "puppetdb-crl-refresh.timer", "puppetdb-backup.timer"],
        ],
      },
      {
        parent: this,
        dependsOn: beside ? [] : [hostCertificate(`${name}-certificate`, given, this)],
      },
    );
    this.registerOutputs();
  }
}
