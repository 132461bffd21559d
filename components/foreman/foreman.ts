import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { foremanPackages } from "../../distributions/foreman.js";
import { distributions } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";
import { rootCommand } from "../../hosts/root-command.js";
import {
  renderHostCheck,
  renderRepository,
} from "../../templates/foreman-server/foreman-server.js";
import { withDefaults } from "../arguments.js";
import { certifiedConfiguration } from "../certificates/host-certificate.js";
import { defaults } from "../defaults.js";
import type { ForemanArgs } from "./args.js";
import { foremanState } from "./state.js";

/** Address of Foreman on its host. */
export const foremanUrl = (host: HostArgs) => `https://${host.fqdn}`;

/** What to do about a system that Foreman has no packages for. */
const remedy = "install one of these systems";

/**
 * Foreman with its Puppet plugin on its own host, set up by foreman-installer with a certificate from the CA. The
 * Puppet server and the smart proxy are on the main server.
 *
 * The installer needs an all-in-one agent of version 8, so this host has OpenVox 8, whatever the others have.
 * Enterprise Linux, for which Foreman has packages as well, is not supported: hosts are configured with APT.
 */
export class Foreman extends pulumi.ComponentResource {
  /** Foreman's address. */
  readonly url: string;
  /** Initial password of the first user; secret. */
  readonly adminPassword: pulumi.Output<string>;

  constructor(name: string, args: ForemanArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:Foreman", name, {}, opts);
    const { user } = withDefaults(args, { user: defaults.foremanUser });
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
    // Before anything is changed on the host.
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
    certifiedConfiguration(
      name,
      {
        ...args,
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
        dependsOn: [check],
      },
      this,
    );
    this.registerOutputs();
  }
}
