import { fileURLToPath } from "node:url";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../../hosts/host.js";
import { sshKeys, type KeyPair } from "../ssh-keys.js";
import { containerHardware } from "./hardware.js";
import { podmanNames } from "./names.js";
import { baseImage } from "../../settings/containers.js";
import { addressOf, parseSubnet, type Subnet } from "../../settings/subnet.js";

/** What the containers of one environment have in common. */
export interface ContainersArgs {
  /** Name of the environment, which is in the names and the label of containers and network. */
  environment: string;
  /** DNS domain of the hosts. */
  domain: string;
  /** IPv4 network in CIDR notation, with a prefix of at most 24 bits. */
  subnet: string;
  /** Memory that the sizing of each host's services is based on, in MiB. */
  memory: number;
  /** Image of the hosts; the base image is built, any other is pulled if it is not on this machine. */
  image: string;
}

/** One host of the environment. */
export interface ContainerHostArgs {
  /** Short name. */
  name: string;
  /** Offset of the host's address from the network's first. */
  offset: number;
  /** Additional FQDNs under which the other hosts find it. */
  aliases?: readonly string[];
  /** TCP ports, in addition to SSH, that are published on a loopback port of this machine. */
  ports?: readonly number[];
}

/** Where the scripts are, for their commands. Moved, they would make every container count as changed. */
const scripts = { SCRIPTS: fileURLToPath(new URL("../../hosts/containers/", import.meta.url)) };

/** Offset of the first address for throwaway agents. */
const agentsOffset = 128;

/** Systemd containers on this machine: real services on hosts that take a second to create. */
export class Containers extends pulumi.ComponentResource {
  private readonly keys: pulumi.Output<Record<"client" | "host", KeyPair>>;
  private readonly network: pulumi.Resource;
  private readonly image: pulumi.Resource;
  private readonly subnet: Subnet;

  constructor(
    name: string,
    private readonly args: ContainersArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("puppet:index:Containers", name, {}, opts);
    const { environment, image } = args;
    const subnet = parseSubnet(args.subnet);
    if (subnet === undefined)
      throw new pulumi.ResourceError(`subnet: ${args.subnet} is not an IPv4 network`, this);
    this.subnet = subnet;

    this.keys = sshKeys(`${name}-keys`, ["client", "host"], this);
    // Whose containers, network and image are: the scripts never remove those of another stack.
    const owner = pulumi.unsecret(this.keys).apply(({ client }) => client.public);
    this.image = new command.local.Command(
      `${name}-image`,
      {
        create: run("image.sh"),
        // Any other image is its owner's to remove.
        delete: image === baseImage ? run("image-delete.sh") : undefined,
        environment: { ...scripts, IMAGE: image },
        stdin: owner,
        addPreviousOutputInEnv: false,
      },
      { parent: this },
    );
    this.network = new command.local.Command(
      `${name}-network`,
      {
        create: run("network.sh"),
        delete: run("network-delete.sh"),
        environment: {
          ...scripts,
          NETWORK: podmanNames.network(environment),
          SUBNET: args.subnet,
          AGENTS: `${addressOf(subnet, agentsOffset)}/25`,
          ENVIRONMENT: environment,
        },
        stdin: owner,
        triggers: [args.subnet],
        addPreviousOutputInEnv: false,
      },
      { parent: this, deleteBeforeReplace: true },
    );
    this.registerOutputs();
  }

  /** Creates one host. */
  host(args: ContainerHostArgs): Host {
    const { environment, domain } = this.args;
    const fqdn = `${args.name}.${domain}`;
    const address = addressOf(this.subnet, args.offset);
    const aliases = [fqdn, ...(args.aliases ?? [])].join(" ");
    const ports = [22, ...(args.ports ?? [])].join(" ");
    const machine = new command.local.Command(
      args.name,
      {
        create: run("container.sh", "ssh.sh", "describe.sh"),
        // A changed configuration is only for new containers: this one may have the CA on it.
        update: run("describe.sh"),
        delete: run("delete.sh"),
        environment: {
          ...scripts,
          CONTAINER: podmanNames.container(environment, args.name),
          IMAGE: this.args.image,
          NETWORK: podmanNames.network(environment),
          ADDRESS: address,
          FQDN: fqdn,
          DOMAIN: domain,
          ALIASES: aliases,
          PORTS: ports,
          ENVIRONMENT: environment,
        },
        stdin: this.keys.apply(({ client, host }) => client.public + host.private),
        // Not its aliases: a container keeps them, and agents would notice if it were recreated.
        triggers: [fqdn, address, ports],
        addPreviousOutputInEnv: false,
      },
      {
        parent: this,
        dependsOn: [this.network, this.image],
        deleteBeforeReplace: true,
        additionalSecretOutputs: ["stdin"],
      },
    );
    const described = pulumi
      .unsecret(machine.stdout)
      .apply((json) => JSON.parse(json) as { id: string; ports: Record<string, number> });
    const endpoint = (port: number) =>
      described.apply(({ ports }) => `127.0.0.1:${String(ports[String(port)])}`);
    const forwarded = (args.ports ?? []).map((port) => [String(port), endpoint(port)] as const);
    return {
      name: args.name,
      fqdn,
      address,
      ...containerHardware(this.args),
      identity: described.apply(({ id }) => id),
      machine,
      // With rootless Podman and with podman machines, containers' addresses are not routed to this machine.
      connection: pulumi.all([this.keys, endpoint(22)]).apply(([keys, sshEndpoint]) => ({
        host: "127.0.0.1",
        port: Number(sshEndpoint.split(":")[1]),
        user: "root",
        privateKey: keys.client.private,
        hostKey: keys.host.public,
        dialErrorLimit: 20,
      })),
      forwarded: Object.fromEntries(forwarded),
    };
  }
}

/** A script of hosts/containers as a short command, because failures quote the whole command. */
function run(...names: string[]): string {
  return names.map((name) => `sh "$SCRIPTS/${name}"`).join(" && ");
}
