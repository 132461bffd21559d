import * as pulumi from "@pulumi/pulumi";
import { HostConfiguration } from "../../hosts/host-configuration.js";
import type { HostArgs } from "../../hosts/host.js";
import { smartProxyPort } from "../../templates/smart-proxy/smart-proxy.js";
import { withDistribution } from "../arguments.js";
import type { SmartProxyArgs } from "./args.js";
import { smartProxyServices, smartProxyState } from "./state.js";

/** URL of a main server's smart proxy, for Foreman. */
export const smartProxyUrl = (main: HostArgs) => `https://${main.fqdn}:${String(smartProxyPort)}`;

/**
 * Foreman's smart proxy on the main server: through it Foreman imports environments and classes (feature Puppet), signs
 * and revokes certificates (Puppet CA), and shows its log.
 *
 * It listens on the loopback address. HAProxy in front of it accepts only Foreman, by the name in a certificate of
 * Foreman's CA that is not revoked: the smart proxy itself reads no CRL.
 *
 * It presents the main server's own certificate to Puppet Server, with its own copy of the key: if it were in Puppet's
 * group instead, it could also read the CA's key.
 */
export class SmartProxy extends pulumi.ComponentResource {
  constructor(name: string, args: SmartProxyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:SmartProxy", name, {}, opts);
    const argsWithDistribution = withDistribution(args);
    const { main, distribution } = argsWithDistribution;
    new HostConfiguration(
      `${name}-configuration`,
      {
        host: main,
        distribution,
        state: smartProxyState(argsWithDistribution),
        services: smartProxyServices,
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
