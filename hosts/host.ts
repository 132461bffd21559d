import { interpolate, type Input, type Output, type Resource } from "@pulumi/pulumi";
import type { types } from "@pulumi/command";

/** A machine a component stands on, whatever made it. */
export interface Host {
  /** Short name, the first label of {@link fqdn}; also names the resources that configure it. */
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
  /** The resource that is the machine, where Pulumi made it: what is on it goes with it. */
  readonly machine?: Resource;
  /** What must be done before the host takes commands. */
  readonly ready?: Resource;
  /** How Pulumi reaches it; always with the host key, so that the connection is verified. */
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

/** The hosts of an environment by what they are; each is another machine. */
export interface HostsByRole {
  /** The main server, with the certificate authority. */
  readonly main: Host;
  readonly loadBalancer: Host;
  /** One compiler for each host. */
  readonly compilers: readonly Host[];
  /** PuppetDB's own host, or the main server's; without it, there is no PuppetDB. */
  readonly puppetdb?: Host | undefined;
}

/** Where the machine that runs Pulumi reaches a TCP port of a host, as `address:port`. */
export function endpointOf(host: Host, port: number): Output<string> {
  const forwarded = host.forwarded?.[String(port)];
  return forwarded === undefined
    ? interpolate`${host.address}:${String(port)}`
    : interpolate`${forwarded}`;
}
