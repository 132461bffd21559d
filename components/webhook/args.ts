import type * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";

/** Arguments of {@link Webhook}. */
export interface WebhookArgs {
  /** The main server, where code is deployed from. */
  main: HostArgs;
  /** Where Puppet's packages come from; Debian's own by default. */
  distribution?: DistributionName;
  /** TCP port that it listens on, 9000 by default; it also uses the next port, on the loopback address. */
  port?: number;
  /** Key of the signatures: at least 16 letters and digits. */
  secret: pulumi.Input<string>;
  /**
   * Certificate chain for its HTTPS, PEM, of a CA that the Git servers trust; by default it has one of the environment's
   * CA, for the main server's name.
   */
  certificate?: string | undefined;
  /** The certificate's private key, PEM; required with `certificate`. */
  privateKey?: pulumi.Input<string> | undefined;
}
