import * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../distributions/index.js";
import { HostConfiguration } from "../hosts/host-configuration.js";
import type { HostArgs } from "../hosts/host.js";
import { execOf, fileOf } from "../hosts/host-state.js";
import {
  registerScript,
  registrationFile,
  renderRegister,
  renderRegistration,
  settingsFile,
} from "../templates/foreman/foreman.js";
import { placed } from "./arguments.js";

/** What a {@link ForemanRegistration} takes. */
export interface ForemanRegistrationArgs {
  /** Host of the main server, which reaches Foreman already. */
  main: HostArgs;
  /** Where the packages of Puppet come from; Debian's own by default. */
  distribution?: DistributionName;
  /** User of Foreman who may change its settings. */
  user: pulumi.Input<string>;
  /** Its password. */
  password: pulumi.Input<string>;
  /** Certificate names of all Puppet servers: Foreman answers their questions, and takes their facts and reports. */
  servers: string[];
}

/**
 * Makes Foreman trust the Puppet servers, by its API. Names of others stay; one that is no more of this environment goes.
 * A deployment says so when Foreman cannot be told, and the next one tries again.
 */
export class ForemanRegistration extends pulumi.ComponentResource {
  constructor(name: string, args: ForemanRegistrationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:ForemanRegistration", name, {}, opts);
    const { main, distribution, servers } = placed(args);
    const registration = pulumi
      .all([args.user, pulumi.secret(args.password)])
      .apply(([user, password]) => renderRegistration({ user, password, trusted: servers }));
    const done = `${registrationFile}.done`;
    const inputs = [registrationFile, settingsFile, registerScript];
    new HostConfiguration(
      `${name}-configuration`,
      {
        host: main,
        distribution,
        state: [
          fileOf(registerScript, renderRegister(distribution.paths), { mode: "0755" }),
          fileOf(registrationFile, registration, { mode: "0600", sensitive: true }),
          execOf(
            "tell Foreman of the Puppet servers",
            ["sh", "-c", `${registerScript} && touch ${done}`],
            { unless: inputs.map((file) => `test ${done} -nt ${file}`).join(" && ") },
          ),
        ],
        services: [],
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
