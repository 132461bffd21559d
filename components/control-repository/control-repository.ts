import * as pulumi from "@pulumi/pulumi";
import { HostConfiguration } from "../../hosts/host-configuration.js";
import { withDistribution } from "../arguments.js";
import type { ControlRepositoryArgs } from "./args.js";
import { controlRepositoryState } from "./state.js";

/**
 * A small control repository on the main server, for sites without one: modules, Hiera data, roles and profiles, with
 * the branches `production` and `development`. It is created once; after that, only pushes change it, and the webhook
 * is notified of each. The user that deploys code may only read it, over SSH.
 */
export class ControlRepository extends pulumi.ComponentResource {
  constructor(name: string, args: ControlRepositoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:ControlRepository", name, {}, opts);
    const argsWithDistribution = withDistribution(args);
    const { main, distribution } = argsWithDistribution;
    new HostConfiguration(
      `${name}-configuration`,
      { host: main.host, distribution, state: controlRepositoryState(argsWithDistribution) },
      { parent: this },
    );
    this.registerOutputs();
  }
}
