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
 * Registers the Puppet servers, as trusted hosts, and the smart proxy through Foreman's API. Names of other
 * environments stay. A name that no longer belongs to this environment is removed; removing this component removes all
 * of them, and the password. If Foreman cannot be reached, the deployment reports it and the next one retries. A failed
 * import of environments and classes fails no deploy; the journal reports it.
 */
export class ForemanRegistration extends pulumi.ComponentResource {
  constructor(name: string, args: ForemanRegistrationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:ForemanRegistration", name, {}, opts);
    const argsWithDefaults = withDistribution(
      withDefaults(args, { serversStay: false, smartProxy: false, deployedCode: false }),
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
