import type { Input, Output, Resource } from "@pulumi/pulumi";
import type { types } from "@pulumi/command";

/** A machine a component stands on, whatever made it. */
export interface Host {
  /** Short name, the first label of {@link fqdn}; also names the resources that configure it. */
  readonly name: string;
  /** Fully qualified name in lower case; the host's certificate carries it. */
  readonly fqdn: string;
  /** Address at which the other hosts reach it. */
  readonly address: string;
  /** Processor cores, for sizing. */
  readonly cores: number;
  /** Memory that the host's services may plan with, in MiB. */
  readonly memory: number;
  /** Changes when the machine behind the name becomes another one. */
  readonly identity: Output<string>;
  /** The resource that is the machine, where Pulumi made it: what is on it goes with it. */
  readonly machine?: Resource;
  /** How Pulumi reaches it; always with the host key, so that the connection is verified. */
  readonly connection: Input<types.input.remote.ConnectionArgs>;
  /**
   * Where the machine that runs Pulumi reaches a port of this host.
   *
   * @param port a TCP port that was given when the host was made
   * @returns `address:port`
   */
  endpoint(port: number): Output<string>;
}
