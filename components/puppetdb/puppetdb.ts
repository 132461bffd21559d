import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { HostConfiguration } from "../../hosts/host-configuration.js";
import type { HostArgs } from "../../hosts/host.js";
import { puppetdbPort, readerPort } from "../../templates/puppetdb/puppetdb.js";
import type { Address } from "../../templates/postgresql/postgresql.js";
import { withDefaults, withDistribution } from "../arguments.js";
import { agentCertificate, serverCertificate } from "../certificates/files.js";
import { certifiedConfiguration } from "../certificates/host-certificate.js";
import { hostCertificateState } from "../certificates/state.js";
import { defaults } from "../defaults.js";
import type { PostgresqlArgs, PuppetDbDatabase } from "../postgresql/args.js";
import {
  backups,
  externalCaFile,
  externalPostgresql,
  localAddress,
  localPostgresql,
  postgresqlClient,
} from "../postgresql/state.js";
import type { PuppetDbArgs } from "./args.js";
import { puppetdbMemory, puppetdbSizing } from "./sizing.js";
import { puppetdbState } from "./state.js";
import { readersState } from "./readers-state.js";

/** URL of PuppetDB on a host, for Puppet servers. */
export const puppetdbUrl = (host: HostArgs) => `https://${host.fqdn}:${String(puppetdbPort)}`;

/**
 * PuppetDB with its PostgreSQL: facts, catalogs and reports of every agent.
 *
 * Puppet servers connect to `url`; people and tools with read-only access to `queryUrl`, with a certificate issued for
 * that. Both use TLS with certificates from the CA on both sides.
 */
export class PuppetDb extends pulumi.ComponentResource {
  /** URL for Puppet servers. */
  readonly url: string;
  /** URL for read-only access. */
  readonly queryUrl: string;

  constructor(name: string, args: PuppetDbArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:PuppetDb", name, {}, opts);
    const argsWithDefaults = withDistribution(
      withDefaults(args, { ...defaults.retention, readers: [], serversStay: false }),
    );
    const { host, mainHost, distribution, readers } = argsWithDefaults;
    const postgresql = withDefaults(args.postgresql ?? {}, defaults.postgresql);
    this.url = puppetdbUrl(host);
    this.queryUrl = `https://${host.fqdn}:${String(readerPort)}`;

    const onMainServer = host.fqdn === mainHost.fqdn;
    const certificates = (onMainServer ? serverCertificate : agentCertificate)(
      distribution,
      host.fqdn,
    );
    const local = postgresql.server === undefined;
    const memory = puppetdbMemory(host.memory, onMainServer);
    const sizing = puppetdbSizing({ ...host, memory }, args.sizing ?? {}, local);
    const database = databaseOf(name, postgresql, this);
    const address = addressOf(postgresql);

    const configuration = {
      host,
      distribution,
      state: [
        ...(onMainServer ? [] : hostCertificateState(argsWithDefaults)),
        ...postgresqlClient(database, address, local),
        ...(local
          ? localPostgresql(database, distribution, {
              connections: sizing.writeConnections + sizing.readConnections,
              sharedBuffers: sizing.sharedBuffers,
            })
          : externalPostgresql(database, postgresql.caCertificate)),
        ...puppetdbState({ ...argsWithDefaults, certificates, sizing, database, address }),
        ...readersState(host, distribution, certificates, readers),
        ...backups(database, {
          time: postgresql.backupTime,
          days: postgresql.backupDays,
          service: distribution.services.puppetdb,
        }),
      ],
      services: [
        distribution.services.puppetdb,
        ...(local ? ["postgresql"] : []),
        ...["haproxy", "puppetdb-crl-refresh.timer", "puppetdb-backup.timer"],
      ],
    };
    if (onMainServer) {
      new HostConfiguration(`${name}-configuration`, configuration, { parent: this });
    } else {
      certifiedConfiguration(name, { ...argsWithDefaults, ...configuration }, this);
    }
    this.registerOutputs();
  }
}

type PostgresqlWithDefaults = PostgresqlArgs & typeof defaults.postgresql;

/** The database and its logins; missing passwords are generated. */
function databaseOf(
  name: string,
  postgresql: PostgresqlWithDefaults,
  parent: PuppetDb,
): PuppetDbDatabase {
  const { database, user, readUser, administrator } = postgresql;
  const passwordOf = (role: string, password: pulumi.Input<string> | undefined) =>
    password === undefined
      ? new random.RandomPassword(
          `${name}-${role}-password`,
          { length: 32, special: false },
          { parent },
        ).result
      : pulumi.secret(password);
  return {
    roles: { database, user, readUser },
    passwords: pulumi
      .all([passwordOf("write", postgresql.password), passwordOf("read", postgresql.readPassword)])
      .apply(([password, readPassword]) => ({ password, readPassword })),
    administrator: administrator && pulumi.output(administrator),
  };
}

/** Where PuppetDB connects to the database. */
function addressOf(postgresql: PostgresqlWithDefaults): pulumi.Output<Address> {
  const caFile =
    postgresql.caCertificate === undefined ? "/etc/ssl/certs/ca-certificates.crt" : externalCaFile;
  return pulumi
    .output(postgresql.server)
    .apply((server) =>
      server === undefined ? localAddress : { server, port: postgresql.port, caFile },
    );
}
