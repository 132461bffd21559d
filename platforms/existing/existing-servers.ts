import * as pulumi from "@pulumi/pulumi";
import type { types } from "@pulumi/command";
import type { Existing, Server } from "../../settings/existing.js";
import type { Host } from "../../hosts/host.js";
import { whenReady } from "../../hosts/readiness.js";
import { withoutComment } from "../ssh-keys.js";

/** How often SSH is tried at first contact, which takes about four minutes: a machine may be booting. */
const dialAttempts = 60;

/** What a {@link ExistingServers} takes. */
export interface ExistingServersArgs extends Existing {
  /** DNS domain of the servers. */
  domain: string;
  /** Names of services, which every server must be able to resolve. */
  names: readonly string[];
}

/** Servers that are there: nothing is made, they are only reached. */
export class ExistingServers extends pulumi.ComponentResource {
  /** The servers, in the order of the list. */
  readonly hosts: readonly Host[];

  constructor(name: string, args: ExistingServersArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:ExistingServers", name, {}, opts);
    const fqdnOf = (server: Server) => `${server.name}.${args.domain}`;
    // They must find each other by name, as certificates are made out to names.
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
    // A machine that is installed anew shows a new key.
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

/** One hop of SSH, as remote commands take it. */
function login<Hop extends { hostKey: string }>(hop: Hop): Hop & { dialErrorLimit: number } {
  return { ...hop, hostKey: withoutComment(hop.hostKey), dialErrorLimit: dialAttempts };
}
