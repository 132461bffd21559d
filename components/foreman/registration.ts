import * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import { HostConfiguration } from "../../hosts/host-configuration.js";
import type { Host, HostArgs } from "../../hosts/host.js";
import { execOf, fileOf, serviceOf, unitOf, type HostState } from "../../hosts/host-state.js";
import { rootCommand } from "../../hosts/root-command.js";
import {
  importPath,
  registerScript,
  registrationFile,
  renderImportPath,
  renderImportService,
  renderRegister,
  renderRegistration,
  settingsFile,
} from "../../templates/foreman/foreman.js";
import { withDistribution, withDefaults } from "../arguments.js";
import { smartProxyUrl } from "./smart-proxy.js";

/** What a {@link ForemanRegistration} takes. */
export interface ForemanRegistrationArgs {
  /** Host of the main server, which reaches Foreman already. */
  main: HostArgs;
  /** Where the packages of Puppet come from; Debian's own by default. */
  distribution?: DistributionName;
  /** User of Foreman who may change its settings and smart proxies. */
  user: pulumi.Input<string>;
  /** Its password. */
  password: pulumi.Input<string>;
  /** Certificate names of all Puppet servers: Foreman answers their questions, and takes their facts and reports. */
  servers: string[];
  /** Whether the main server has a smart proxy, which Foreman shall know; false by default. */
  smartProxy?: boolean;
  /** Whether code deployment keeps the environments, for which Foreman then looks after each deploy; false by default. */
  deployedCode?: boolean;
}

/**
 * Makes Foreman trust the Puppet servers, and know the smart proxy, by its API. Names of others stay; one that is no more
 * of this environment goes, and all of them when this goes, with the password. A deployment says so when Foreman cannot
 * be told, and the next one tries again. That it looks for environments and classes fails no deploy: the journal tells.
 */
export class ForemanRegistration extends pulumi.ComponentResource {
  constructor(name: string, args: ForemanRegistrationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:ForemanRegistration", name, {}, opts);
    const given = withDistribution(withDefaults(args, { smartProxy: false, deployedCode: false }));
    const { distribution, servers, smartProxy, deployedCode } = given;
    const main: Host = given.main;
    const proxy = smartProxy ? { name: main.fqdn, url: smartProxyUrl(main) } : undefined;
    const registration = pulumi
      .all([args.user, pulumi.secret(args.password)])
      .apply(([user, password]) => renderRegistration({ user, password, trusted: servers, proxy }));
    const done = `${registrationFile}.done`;
    const inputs = [registrationFile, settingsFile, registerScript];
    const configuration = new HostConfiguration(
      `${name}-configuration`,
      {
        host: main,
        distribution,
        state: [
          fileOf(registerScript, renderRegister(distribution.paths), { mode: "0755" }),
          fileOf(registrationFile, registration, { mode: "0600", sensitive: true }),
          execOf(
            "tell Foreman of the environment",
            ["sh", "-c", `${registerScript} && touch ${done}`],
            { unless: inputs.map((file) => `test ${done} -nt ${file}`).join(" && "), timeout: 900 },
          ),
          ...(smartProxy && deployedCode ? imports() : noImports()),
        ],
        services: [importPath],
      },
      { parent: this },
    );
    rootCommand(
      `${name}-withdrawal`,
      main,
      {
        create: "true",
        delete: `test ! -e ${registrationFile} || ${registerScript} --withdraw; rm -f ${registrationFile} ${done}`,
      },
      { parent: this, dependsOn: configuration, deletedWith: main.machine },
    );
    this.registerOutputs();
  }
}

/** Has Foreman look for environments and classes after each deploy of code. */
function imports(): HostState {
  return [
    ...unitOf("puppet-foreman-import.service", renderImportService()),
    ...unitOf(importPath, renderImportPath(), { notify: `Service[${importPath}]` }),
    serviceOf(importPath),
  ];
}

/** Foreman looks for none, or no more. */
function noImports(): HostState {
  return [
    execOf("leave environments to Foreman's users", ["systemctl", "disable", "--now", importPath], {
      unless: `sh -c '! systemctl is-enabled --quiet ${importPath}'`,
    }),
  ];
}
