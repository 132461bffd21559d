import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { unlessMade } from "../../hosts/host-configuration.js";
import type { Host } from "../../hosts/host.js";
import { hdmTlsPort } from "../../templates/hdm/hdm.js";
import { withDistribution } from "../arguments.js";
import { certifiedConfiguration } from "../certificates/host-certificate.js";
import type { HdmArgs } from "./args.js";
import { hdmServices, hdmState } from "./state.js";

/** URL of HDM: its host's name, or a port of this machine that is forwarded there. */
function hdmUrl(host: Host): pulumi.Output<string> {
  const forwarded = host.forwarded?.[String(hdmTlsPort)];
  return forwarded === undefined
    ? pulumi.output(`https://${host.fqdn}`)
    : pulumi.interpolate`https://${forwarded}`;
}

/**
 * HDM 4.1.2 (Hiera Data Manager), a web interface for browsing the Hiera data of all environments and nodes.
 *
 * It runs from its project's container image and listens on the loopback address; HAProxy terminates TLS. It only
 * reads: the code from a {@link CodeCopy}, and PuppetDB through the read-only port, with its host's certificate. Its
 * administrator is created before the port opens, because HDM makes the first visitor its administrator. They create
 * the users, and see no data themselves.
 */
export class Hdm extends pulumi.ComponentResource {
  /** Address of its web interface. */
  readonly url: pulumi.Output<string>;
  /** Initial password of the user `admin`; secret. */
  readonly adminPassword: pulumi.Output<string>;

  constructor(name: string, args: HdmArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:Hdm", name, {}, opts);
    const argsWithDistribution = withDistribution(args);
    const { host } = argsWithDistribution;
    const secret = (what: string, length: number) =>
      new random.RandomPassword(`${name}-${what}`, { length, special: false }, { parent: this })
        .result;
    this.url = hdmUrl(host);
    this.adminPassword = secret("admin-password", 32);
    certifiedConfiguration(
      name,
      {
        ...argsWithDistribution,
        state: hdmState(argsWithDistribution, {
          adminPassword: this.adminPassword,
          secretKeyBase: secret("secret-key-base", 128),
        }),
        services: unlessMade(host, hdmServices),
      },
      this,
    );
    this.registerOutputs();
  }
}
