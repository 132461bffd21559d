import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsSettings } from "../../settings/aws.js";
import { addressOf, parseSubnet, type Subnet } from "../../settings/subnet.js";
import { tagsOf, type Tags } from "./naming.js";

/** Arguments of a {@link Network}. */
export interface NetworkArgs {
  /** The setting `aws.vpc`. */
  vpc: AwsSettings["vpc"];
  /** Whether a bastion needs a public subnet. */
  bastion: boolean;
  tags: Tags;
}

/** AWS services that servers without Internet access need: Session Manager, and S3, from where its agent comes. */
const services = ["ssm", "ssmmessages", "ec2messages", "s3"];

/**
 * The VPC with a private subnet for servers in each Availability Zone, and a public one for what must be public: NAT
 * gateway and bastion.
 */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  /** Private subnets, one in each Availability Zone. */
  readonly subnetIds: readonly pulumi.Output<string>[];
  /** Availability Zone of each private subnet. */
  readonly zones: readonly pulumi.Output<string>[];
  /** The public subnet of the bastion; in an existing VPC, only if it is given. */
  readonly publicSubnetId: pulumi.Output<string> | undefined;

  constructor(
    private readonly name: string,
    private readonly args: NetworkArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("puppet:index:Network", name, {}, opts);
    const { vpc } = args;
    if (vpc.id !== undefined) {
      this.vpcId = pulumi.output(vpc.id);
      this.subnetIds = vpc.subnetIds.map((id) => pulumi.output(id));
      this.zones = vpc.subnetIds.map(
        (id) => aws.ec2.getSubnetOutput({ id }, { parent: this }).availabilityZone,
      );
      this.publicSubnetId =
        vpc.publicSubnetId === undefined ? undefined : pulumi.output(vpc.publicSubnetId);
      this.registerOutputs();
      return;
    }
    this.vpcId = new aws.ec2.Vpc(
      name,
      {
        cidrBlock: vpc.cidr,
        enableDnsHostnames: true,
        enableDnsSupport: true,
        tags: this.tags(name),
      },
      { parent: this },
    ).id;
    const { names } = aws.getAvailabilityZonesOutput(
      {
        state: "available",
        filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
      },
      { parent: this },
    );
    this.zones = Array.from({ length: vpc.zones }, (_, index) =>
      names.apply((names) => {
        const zone = names[index];
        if (zone === undefined) {
          throw new pulumi.ResourceError(
            `puppet:aws.vpc.zones is ${String(vpc.zones)}, but the region has ${String(names.length)}; write that number, or a different aws:region.`,
            this,
          );
        }
        return zone;
      }),
    );
    const blocks = blocksOf(vpc.cidr);
    const publicSubnet =
      vpc.nat === "one" || args.bastion ? this.publicSubnet(blocks[3] ?? "") : undefined;
    this.publicSubnetId = publicSubnet?.id;
    this.subnetIds = this.privateSubnets(blocks, publicSubnet);
    this.registerOutputs();
  }

  /** The public subnet. One is enough, because there is only one NAT gateway and one bastion. */
  private publicSubnet(cidrBlock: string): aws.ec2.Subnet {
    const name = `${this.name}-public`;
    const gateway = new aws.ec2.InternetGateway(
      `${this.name}-gateway`,
      { vpcId: this.vpcId, tags: this.tags(`${this.name}-gateway`) },
      { parent: this },
    );
    const table = new aws.ec2.RouteTable(
      name,
      { vpcId: this.vpcId, tags: this.tags(name) },
      { parent: this },
    );
    new aws.ec2.Route(
      name,
      { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
      { parent: this },
    );
    return this.subnet(name, cidrBlock, 0, table);
  }

  private privateSubnets(
    blocks: readonly string[],
    publicSubnet: aws.ec2.Subnet | undefined,
  ): pulumi.Output<string>[] {
    const name = `${this.name}-private`;
    const table = new aws.ec2.RouteTable(
      name,
      { vpcId: this.vpcId, tags: this.tags(name) },
      { parent: this },
    );
    if (this.args.vpc.nat === "one" && publicSubnet !== undefined) {
      const address = new aws.ec2.Eip(
        `${this.name}-nat`,
        { domain: "vpc", tags: this.tags(`${this.name}-nat`) },
        { parent: this },
      );
      const nat = new aws.ec2.NatGateway(
        `${this.name}-nat`,
        {
          allocationId: address.id,
          subnetId: publicSubnet.id,
          tags: this.tags(`${this.name}-nat`),
        },
        { parent: this },
      );
      new aws.ec2.Route(
        name,
        { routeTableId: table.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: nat.id },
        { parent: this },
      );
    }
    return this.zones.map(
      (_, index) =>
        this.subnet(`${name}-${String(index + 1)}`, blocks[index] ?? "", index, table).id,
    );
  }

  private subnet(
    name: string,
    cidrBlock: string,
    zone: number,
    table: aws.ec2.RouteTable,
  ): aws.ec2.Subnet {
    const subnet = new aws.ec2.Subnet(
      name,
      {
        vpcId: this.vpcId,
        cidrBlock,
        availabilityZone: this.zones[zone] ?? "",
        mapPublicIpOnLaunch: false,
        tags: this.tags(name),
      },
      { parent: this },
    );
    new aws.ec2.RouteTableAssociation(
      name,
      { subnetId: subnet.id, routeTableId: table.id },
      { parent: this },
    );
    return subnet;
  }

  /** Creates endpoints of AWS services for servers without Internet access. */
  endpoints(securityGroupId: pulumi.Input<string>): void {
    const { region } = aws.getRegionOutput({}, { parent: this });
    for (const service of services) {
      const name = `${this.name}-${service}`;
      new aws.ec2.VpcEndpoint(
        name,
        {
          vpcId: this.vpcId,
          serviceName: pulumi.interpolate`com.amazonaws.${region}.${service}`,
          vpcEndpointType: "Interface",
          subnetIds: [...this.subnetIds],
          securityGroupIds: [securityGroupId],
          privateDnsEnabled: true,
          ...(service === "s3"
            ? { dnsOptions: { privateDnsOnlyForInboundResolverEndpoint: false } }
            : {}),
          tags: this.tags(name),
        },
        { parent: this },
      );
    }
  }

  private tags(name: string): Record<string, string> {
    return tagsOf(this.args.tags, name);
  }
}

/** A network in four equal parts: three for servers, the last for the public subnet. */
export function blocksOf(cidr: string): string[] {
  const whole = parseSubnet(cidr);
  if (whole === undefined) throw new Error(`${cidr} is not a network.`);
  const part: Subnet = { base: whole.base, prefix: whole.prefix + 2 };
  return [0, 1, 2, 3].map(
    (index) => `${addressOf(part, index * 2 ** (32 - part.prefix))}/${String(part.prefix)}`,
  );
}
