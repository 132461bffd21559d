import type * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { ServerIdentity } from "../code-deployment/args.js";

/** What a {@link ControlRepository} takes. */
export interface ControlRepositoryArgs {
  /** The main server, which keeps the repository and deploys from it. */
  main: ServerIdentity;
  /** Where the packages of Puppet come from; Debian's own by default. */
  distribution?: DistributionName;
  /** The webhook, which is told of each push. */
  webhook: { url: string; secret: pulumi.Input<string> };
}
