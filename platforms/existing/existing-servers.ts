import * as pulumi from "@pulumi/pulumi";
import type { types } from "@pulumi/command";
import type { Existing, Server } from "../../settings/existing.js";
import type { Host } from "../../hosts/host.js";
import { whenReady } from "../../hosts/readiness.js";
import { withoutComment } from "../ssh-keys.js";

/** How often the first SSH connection is tried; this takes about four minutes, because a machine may be booting. */
const dialAttempts = 60;

/** Arguments of {@link ExistingServers}. */
export interface ExistingServersArgs extends Existing {
  /** DNS domain of the servers. */
  domain: string;
  /** Service names that every server must be able to resolve. */
  names: readonly string[];
}

/** Existing servers: nothing is created, Pulumi only connects to them. */
export class ExistingServers extends pulumi.ComponentResource {
  /** The servers, in the order of the list. */
  readonly hosts: readonly Host[];

  constructor(name: string, args: ExistingServersArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:ExistingServers", name, {}, opts);
    const fqdnOf = (server: Server) => `${server.name}.${args.domain}`;
    // They must find each other by name, because certificates are issued for names.
    const names = [...args.servers.map(fqdnOf), ...args.names];
    this.hosts = args.servers.map((server) => {
      const { cores, memory } = server;
      return whenReady(
        hostOf(server, fqdnOf(server), args),
        pulumi.output({ names, cores, memory, data: undefined }),
        this,
      );
    });
    this.registerOutputs();
  }
}

function hostOf(server: Server, fqdn: string, args: ExistingServersArgs): Host {
  const { name, address, cores, memory, hostKey } = server;
  const user = server.user ?? args.user;
  return {
    name,
    fqdn,
    address,
    cores,
    memory,
    // A reinstalled machine presents a new key.
    identity: hostKey,
    connection: pulumi.secret(connectionTo(server, user, args)),
    sudo: user !== "root",
  };
}

function connectionTo(
  { sshAddress, address, sshPort, hostKey }: Server,
  user: string,
  { privateKey, jumpHost }: Existing,
): types.input.remote.ConnectionArgs {
  const host = sshAddress ?? address;
  const own = login({ host, port: sshPort, user, privateKey, hostKey });
  if (jumpHost === undefined) return own;
  const { address: proxyHost, ...proxy } = jumpHost;
  return {
    ...own,
    proxy: login({ ...proxy, host: proxyHost, privateKey: proxy.privateKey ?? privateKey }),
  };
}

/** One hop of SSH, as remote commands accept it. */
function login<Hop extends { hostKey: string }>(hop: Hop): Hop & { dialErrorLimit: number } {
  return { ...hop, hostKey: withoutComment(hop.hostKey), dialErrorLimit: dialAttempts };
}
