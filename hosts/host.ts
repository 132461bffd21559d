import { interpolate, type Input, type Output, type Resource } from "@pulumi/pulumi";
import type { types } from "@pulumi/command";

/**
 * A machine a component stands on, whatever made it: as data, which any language and any configuration can give.
 * What is plain here names resources or decides what is made; all else may be known later.
 */
export interface HostArgs {
  /** Short name, the first label of the full name; also names the resources that configure it. */
  readonly name: string;
  /** Fully qualified name in lower case; the host's certificate carries it. */
  readonly fqdn: string;
  /** Address at which the other hosts reach it. */
  readonly address: Input<string>;
  /** Processor cores, for sizing. */
  readonly cores: number;
  /** Memory that the host's services may plan with, in MiB. */
  readonly memory: number;
  /** Changes when the machine behind the name becomes another one. */
  readonly identity: Input<string>;
  /**
   * How Pulumi reaches it over SSH, as remote commands of the package command take it. The host key is required, so
   * that the connection is verified.
   */
  readonly connection: Input<types.input.remote.ConnectionArgs>;
  /**
   * Program whose standard input and output lead to the host's SSH port, as OpenSSH's `ProxyCommand`; SSH then runs on
   * the machine that runs Pulumi. Without it, the connection's address is dialled.
   */
  readonly proxyCommand?: Input<string>;
  /** Whether the connection's user becomes root with `sudo`, for which it needs no password; by default it is root. */
  readonly sudo?: boolean;
  /**
   * Where the machine that runs Pulumi reaches TCP ports of this host, as `address:port` by the port's number, where
   * that is not the host's own address.
   */
  readonly forwarded?: Readonly<Record<string, Input<string>>>;
}

/**
 * A host with what Pulumi has to wait for, which only TypeScript can give. In another language, an address or an
 * identity that comes from a resource has the commands wait for it.
 */
export interface Host extends HostArgs {
  /** The resource that is the machine, where Pulumi made it: what is on it goes with it. */
  readonly machine?: Resource;
  /** What must be done before the host takes commands. */
  readonly ready?: Resource;
}

/** Where the machine that runs Pulumi reaches a TCP port of a host, as `address:port`. */
export function endpointOf(host: Host, port: number): Output<string> {
  const forwarded = host.forwarded?.[String(port)];
  return forwarded === undefined
    ? interpolate`${host.address}:${String(port)}`
    : interpolate`${forwarded}`;
}
