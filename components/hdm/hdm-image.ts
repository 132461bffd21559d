import * as pulumi from "@pulumi/pulumi";
import { HostConfiguration } from "../../hosts/host-configuration.js";
import { withDistribution } from "../arguments.js";
import type { HdmImageArgs } from "./args.js";
import { hdmImageState } from "./image-state.js";

/**
 * HDM's container image on its host, before anything else of HDM: if the image is not available, the host reports it
 * and has nothing but podman.
 */
export class HdmImage extends pulumi.ComponentResource {
  constructor(name: string, args: HdmImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:HdmImage", name, {}, opts);
    const { host, distribution } = withDistribution(args);
    new HostConfiguration(
      `${name}-configuration`,
      { host, distribution, state: hdmImageState(args) },
      { parent: this },
    );
    this.registerOutputs();
  }
}
