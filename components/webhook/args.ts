import type * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";

/** What a {@link Webhook} takes. */
export interface WebhookArgs {
  /** The main server, where code is deployed from. */
  main: HostArgs;
  /** Where the packages of Puppet come from; Debian's own by default. */
  distribution?: DistributionName;
  /** TCP port it listens on, 9000 by default; the one after it is taken as well, on the loopback address. */
  port?: number;
  /** Key of the signatures, 16 or more letters and digits. */
  secret: pulumi.Input<string>;
}
