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
import { withDefaults, withDistribution } from "../arguments.js";
import { hostCertificate } from "../certificates/host-certificate.js";
import { defaults } from "../defaults.js";
import type { ForemanArgs } from "./args.js";
import { foremanState } from "./state.js";

/** Address of Foreman on its host. */
export const foremanUrl = (host: HostArgs) => `https://${host.fqdn}`;

/** What to do with a system that Foreman has no packages for. */
const remedy = "install one of these systems";

/**
 * Foreman with its Puppet plugin on a separate host, set up by its installer: without a Puppet server and a smart
 * proxy, which are the main server's, and with a certificate of the CA.
 *
 * The installer needs an agent of version 8 in the all-in-one layout, so this host has OpenVox 8 whatever the others have.
 * Hosts are configured with APT, so Enterprise Linux, which Foreman has packages for as well, is left out.
 */
export class Foreman extends pulumi.ComponentResource {
  /** Its address. */
  readonly url: string;
  /** First password of the first user; secret. */
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
        dependsOn: [check, hostCertificate(`${name}-certificate`, withDistribution(args), this)],
      },
    );
    this.registerOutputs();
  }
}
