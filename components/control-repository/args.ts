import type * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { ServerIdentity } from "../code-deployment/args.js";

/** Arguments of {@link ControlRepository}. */
export interface ControlRepositoryArgs {
  /** The main server, which hosts the repository and deploys from it. */
  main: ServerIdentity;
  /** Where Puppet's packages come from; Debian's own by default. */
  distribution?: DistributionName;
  /** The webhook on the same host, which is notified of each push. */
  webhook: { url: string; secret: pulumi.Input<string> };
}
