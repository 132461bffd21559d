import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { foremanPackages } from "../../distributions/foreman.js";
import { distributions } from "../../distributions/index.js";
import { HostConfiguration } from "../../hosts/host-configuration.js";
import type { HostArgs } from "../../hosts/host.js";
import { rootCommand } from "../../hosts/root-command.js";
import {
  renderHostCheck,
  renderRepository,
} from "../../templates/foreman-server/foreman-server.js";
import { withDistribution, withDefaults } from "../arguments.js";
import { defaults } from "../defaults.js";
import { foremanState } from "./state.js";
import { hostCertificate, type HostCertificateArgs } from "../certificates/host-certificate.js";
import type { ForemanPackagesArgs } from "./smart-proxy.js";

/** A PostgreSQL that is there, with Foreman's database in it. */
export interface ForemanDatabaseArgs {
  /** Name of the server. */
  server: string;
  /** TCP port of the server; 5432 by default. */
  port?: number;
  /** Name of the database; `foreman` by default. */
  database?: string;
  /** Role that owns it; `foreman` by default. */
  user?: string;
  /** Its password. */
  password: pulumi.Input<string>;
  /** Certificates, PEM, that the server's own is verified with; those the system trusts by default. */
  caCertificate?: pulumi.Input<string> | undefined;
}

/** What a {@link Foreman} takes. */
export interface ForemanArgs extends HostCertificateArgs {
  /** A host of its own, with Debian 12 or 13 or Ubuntu 22.04 or 24.04, amd64, and 4 GiB of memory or more. */
  host: HostArgs;
  /** Name under which all hosts reach the CA. */
  caServer: string;
  /** Login of the first user, who may do everything; `admin` by default. */
  user?: string;
  /** Where the database is; in a PostgreSQL on the same host by default. */
  database?: ForemanDatabaseArgs | undefined;
  /** Where its packages come from. */
  packages?: ForemanPackagesArgs | undefined;
  /** Release of Foreman, such as `5.0`, which is the default. */
  version?: string;
}

/** Address of Foreman on a host of its own. */
export const foremanUrl = (host: HostArgs) => `https://${host.fqdn}`;

/** What is done on a system that Foreman has no packages for. */
const remedy = "install one of these systems";

/**
 * Foreman with its Puppet plugin on a host of its own, made by its installer: without a Puppet server and a smart proxy,
 * which are the main server's, and with a certificate of the CA.
 *
 * The installer needs an agent of version 8 in the all-in-one layout, so this host has OpenVox 8 whatever the others have.
 * Hosts are configured with APT, so Enterprise Linux, which Foreman has packages for as well, is left out.
 */
export class Foreman extends pulumi.ComponentResource {
  /** Its address. */
  readonly url: string;
  /** Password that the first user begins with; secret. */
  readonly adminPassword: pulumi.Output<string>;

  constructor(name: string, args: ForemanArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:Foreman", name, {}, opts);
    const { user } = withDefaults(args, { user: defaults.foremanUser });
    const certificate = withDistribution(args);
    const { host } = args;
    const distribution = distributions.openvox8;
    const password = (what: string) =>
      new random.RandomPassword(`${name}-${what}`, { length: 32, special: false }, { parent: this })
        .result;
    this.url = foremanUrl(host);
    this.adminPassword = pulumi.secret(password("admin-password"));

    const repository = renderRepository({
      ...foremanPackages({ ...args.packages, version: args.version }),
      fqdn: host.fqdn,
      remedy,
    });
    // Before anything is changed on it.
    const check = rootCommand(
      `${name}-check`,
      host,
      {
        create: "bash -s -- --check",
        stdin: renderHostCheck({ fqdn: host.fqdn }) + repository,
        triggers: [host.identity],
      },
      { parent: this },
    );
    new HostConfiguration(
      `${name}-configuration`,
      {
        host,
        distribution,
        state: foremanState({
          ...args,
          distribution,
          user,
          remedy,
          adminPassword: this.adminPassword,
          oauth: { key: password("oauth-key"), secret: password("oauth-secret") },
          database: args.database ?? password("database-password"),
        }),
        services: [
          ...["apache2", "foreman.service", "foreman.socket"],
          ...["dynflow-sidekiq@orchestrator", "dynflow-sidekiq@worker-1", "redis-server"],
          ...(args.database === undefined ? ["postgresql"] : []),
          "foreman-crl-refresh.timer",
        ],
      },
      {
        parent: this,
        dependsOn: [check, hostCertificate(`${name}-certificate`, certificate, this)],
      },
    );
    this.registerOutputs();
  }
}
