import { interpolate, output, type Input, type Output, type Resource } from "@pulumi/pulumi";
import type { types } from "@pulumi/command";
import { inUrl } from "../templates/addresses.js";

/**
 * A machine that a component runs on, however it was created: plain data, which any language and any configuration can
 * provide. Values that are not inputs name resources or decide what is created; all others may become known later.
 */
export interface HostArgs {
  /** Short name: the first label of the FQDN; it also names the resources that configure the host. */
  readonly name: string;
  /** FQDN in lower case; the host's certificate is issued for it. */
  readonly fqdn: string;
  /** Address at which the other hosts connect to it. */
  readonly address: Input<string>;
  /**
   * Whether all its services listen on its IPv6 addresses, as with an address of that kind; by default, Puppet Server
   * and PuppetDB do, and HAProxy listens on IPv4 addresses only.
   */
  readonly ipv6?: boolean;
  /** Processor cores, for sizing. */
  readonly cores: number;
  /** Memory that the sizing of the host's services is based on, in MiB. */
  readonly memory: number;
  /** A value that changes when the machine behind the name is replaced, and never else: not its SSH key, for example. */
  readonly identity: Input<string>;
  /**
   * How Pulumi connects to it over SSH, as remote commands of the command package accept it. The host key is required,
   * so that the connection is verified.
   */
  readonly connection: Input<types.input.remote.ConnectionArgs>;
  /**
   * Program whose standard input and output are connected to the host's SSH port, like OpenSSH's `ProxyCommand`; SSH
   * then runs on the machine that runs Pulumi. Without it, the connection's address is used.
   */
  readonly proxyCommand?: Input<string>;
  /** Whether the connection's user becomes root with `sudo`, without a password; by default the user is root. */
  readonly sudo?: boolean;
  /**
   * Where the machine that runs Pulumi connects to TCP ports of this host, as `address:port` by port number, if that is
   * not the host's own address.
   */
  readonly forwarded?: Readonly<Record<string, Input<string>>>;
}

/**
 * A host with the resources that Pulumi has to wait for, which only TypeScript can provide. In other languages, an
 * address or an identity that comes from a resource makes the commands wait for it.
 */
export interface Host extends HostArgs {
  /** The resource of the machine, if Pulumi created it: what is on the machine is deleted with it. */
  readonly machine?: Resource;
  /** What must finish before commands can run on the host. */
  readonly ready?: Resource;
  /**
   * What ends all roles of a machine that stays, with {@link leaveAll}, when it leaves the stack; Pulumi asks nothing else
   * of the machine then. Without it, each configuration ends by itself, and a machine that does not answer stops that.
   */
  readonly leaving?: Resource;
}

/** Where the machine that runs Pulumi connects to a TCP port of a host, as `address:port` or `[address]:port`. */
export function endpointOf(host: Host, port: number): Output<string> {
  const forwarded = host.forwarded?.[String(port)];
  return forwarded === undefined
    ? interpolate`${output(host.address).apply(inUrl)}:${String(port)}`
    : interpolate`${forwarded}`;
}
