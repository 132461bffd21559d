import { isIPv6 } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import * as command from "@pulumi/command";
import type { Existing, Server } from "../../settings/existing.js";
import { fqdnOf } from "../../settings/names.js";
import type { Host } from "../../hosts/host.js";
import { whenReady } from "../../hosts/readiness.js";
import { rootCommand } from "../../hosts/root-command.js";
import { withoutComment } from "../ssh-keys.js";
import { connectionTo } from "./connection.js";

/** Root's folder on the servers. */
const folder = "/var/lib/pulumi-puppet";

/** Arguments of {@link ExistingServers}. */
export interface ExistingServersArgs extends Existing {
  /** DNS domain of the servers that have none of their own. */
  domain: string;
  /** The look at each server before anything is changed there, by its name. */
  preflights: Readonly<Record<string, string>>;
}

/** Existing servers: nothing is created, Pulumi only connects to them. */
export class ExistingServers extends pulumi.ComponentResource {
  /** The servers, in the order of the list. */
  readonly hosts: readonly Host[];

  constructor(name: string, args: ExistingServersArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:ExistingServers", name, {}, opts);
    const look = lookAt(args, this);
    this.hosts = args.servers.map((server) => {
      const { cores, memory, takeOver } = server;
      const requirements = {
        ...{ names: [], namesDeadline: 0, cores, memory, data: undefined },
        takesOverAuthority: takeOver.includes("ca"),
      };
      const host = hostOf(server, args, look, this);
      // What is done with it depends on that, and is undone before.
      return whenReady({ ...host, ready: host.leaving }, pulumi.output(requirements), this);
    });
    this.registerOutputs();
  }
}

/** One server to look at. */
export interface Look {
  readonly name: string;
  readonly fqdn: string;
  readonly address: string;
  readonly connection: ReturnType<typeof connectionTo> & { readonly sudo: boolean };
  /** Bash script, as `renderPreflight` returns it. */
  readonly script: string;
}

/** The servers to look at, and how to connect to them; secret. */
export function looksOf({ preflights, ...args }: ExistingServersArgs): Look[] {
  return args.servers.map((server) => ({
    name: server.name,
    fqdn: ownName(server, args),
    address: server.address,
    connection: {
      ...connectionTo(server, args),
      sudo: (server.user ?? args.user) !== "root",
    },
    script: preflights[server.name] ?? "",
  }));
}

/**
 * The look at all servers at the same time. What stops a deployment is shown as one table, and then no other command
 * runs; it looks again whenever a server, or what it is to become, changes.
 */
function lookAt(args: ExistingServersArgs, parent: pulumi.Resource): pulumi.Resource {
  const looks = looksOf(args);
  // In the project's folder, where the engine starts the plugin.
  const look = (when: string) => `node --import tsx tools/commands/check-servers.ts --${when}`;
  return new command.local.Command(
    "servers-look",
    {
      create: look("first"),
      update: look("later"),
      stdin: pulumi.secret(JSON.stringify(looks)),
      addPreviousOutputInEnv: false,
    },
    { parent },
  );
}

/** A server's own name, in its certificate. */
function ownName({ name }: Server, args: Omit<ExistingServersArgs, "preflights">): string {
  return fqdnOf({ domain: args.domain, existing: args }, name);
}

/** A server that leaves the stack, as the program that ends its roles reads it. */
export type LeavingServer = Pick<Look, "fqdn" | "address" | "connection">;

function hostOf(
  server: Server,
  args: ExistingServersArgs,
  look: pulumi.Resource,
  parent: pulumi.Resource,
): Host & { readonly leaving: pulumi.Resource } {
  const { name, address, cores, memory, hostKey } = server;
  const user = server.user ?? args.user;
  const host = {
    name,
    fqdn: ownName(server, args),
    address,
    ipv6: isIPv6(address),
    cores,
    memory,
    connection: pulumi.secret(connectionTo(server, args)),
    sudo: user !== "root",
  };
  // Not its host key, which may be replaced, nor what a clone has in common with its original before it is set up.
  const identity = rootCommand(
    `${name}-machine`,
    { ...host, identity: "", ready: look },
    {
      create: `set -e; umask 077; mkdir -p ${folder}; cd ${folder}; test -s machine || { head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \\n' >machine.new; mv machine.new machine; }; cat machine`,
      english: true,
      // A reinstalled machine presents another key, and has no mark.
      triggers: [withoutComment(hostKey)],
    },
    { parent },
  );
  const leavingServer: LeavingServer = {
    ...{ fqdn: host.fqdn, address },
    connection: { ...connectionTo(server, args), sudo: host.sudo },
  };
  const leaving = new command.local.Command(
    `${name}-leaving`,
    {
      create: "true",
      // In the project's folder, as the look.
      delete: "node --import tsx tools/lib/leave-server.ts",
      stdin: pulumi.secret(JSON.stringify(leavingServer)),
      addPreviousOutputInEnv: false,
    },
    { parent, dependsOn: identity },
  );
  return { ...host, identity: pulumi.unsecret(identity.stdout), leaving };
}
