import * as pulumi from "@pulumi/pulumi";
import { HostConfiguration } from "../../hosts/host-configuration.js";
import type { Host } from "../../hosts/host.js";
import { rootCommand } from "../../hosts/root-command.js";
import { importPath, registerScript, registrationFile } from "../../templates/foreman/foreman.js";
import { withDefaults, withDistribution } from "../arguments.js";
import { smartProxyUrl } from "../smart-proxy/smart-proxy.js";
import type { ForemanRegistrationArgs } from "./args.js";
import { foremanRegistrationState, registeredFile } from "./registration-state.js";

/**
 * Makes Foreman trust the Puppet servers, and know the smart proxy, by its API. Names of others stay; one that is no
 * longer of this environment goes, and all of them when this goes, with the password. A deployment says so when Foreman
 * cannot be told, and the next one tries again. That it looks for environments and classes fails no deploy: the journal
 * tells.
 */
export class ForemanRegistration extends pulumi.ComponentResource {
  constructor(name: string, args: ForemanRegistrationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:ForemanRegistration", name, {}, opts);
    const argsWithDefaults = withDistribution(
      withDefaults(args, { smartProxy: false, deployedCode: false }),
    );
    const main: Host = argsWithDefaults.main;
    const proxy = argsWithDefaults.smartProxy
      ? { name: main.fqdn, url: smartProxyUrl(main) }
      : undefined;
    const configuration = new HostConfiguration(
      `${name}-configuration`,
      {
        host: main,
        distribution: argsWithDefaults.distribution,
        state: foremanRegistrationState(argsWithDefaults, proxy),
        services: [importPath],
      },
      { parent: this },
    );
    rootCommand(
      `${name}-withdrawal`,
      main,
      {
        create: "true",
        delete: `test ! -e ${registrationFile} || ${registerScript} --withdraw; rm -f ${registrationFile} ${registeredFile}`,
      },
      { parent: this, dependsOn: configuration, deletedWith: main.machine },
    );
    this.registerOutputs();
  }
}
