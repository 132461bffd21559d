import { aws, bastion, vpcId } from "./bad-aws-setting.js";
import type { BadSettings } from "./bad-setting.js";

const network = "write an IPv4 network such as 10.0.0.0/16.";
const networks = "write a list of IPv4 networks such as 10.0.0.0/8.";
const oneNetwork = "write a list of at least one IPv4 network.";
const subnetIds = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"];

/** Invalid settings of the VPC, and of the networks that connect to it. */
export const badNetworks: readonly BadSettings[] = [
  ...[
    ["a name", "internet"],
    ["no prefix", "10.0.0.0"],
    ["host bits", "10.0.0.1/8"],
    ["IPv6", "::/0"],
    ["a number above 255", "10.0.256.0/24"],
  ].flatMap(([what = "", value = ""]) =>
    ["agentSources", "operatorSources", "webhookSources", "outbound"].map((setting) =>
      aws(`${setting} with ${what}`, { [setting]: ["10.0.0.0/8", value] }, [
        `puppet:aws.${setting}[1] is "${value}"; ${network}`,
      ]),
    ),
  ),
  ...["agentSources", "operatorSources", "webhookSources", "outbound"].map((setting) =>
    aws(`${setting} without a list`, { [setting]: "10.0.0.0/8" }, [
      `puppet:aws.${setting} is "10.0.0.0/8"; ${networks}`,
    ]),
  ),
  ...["agentSources", "outbound"].map((setting) =>
    aws(`${setting} without a network`, { [setting]: [] }, [
      `puppet:aws.${setting} is []; ${oneNetwork}`,
    ]),
  ),
  aws("a VPC with host bits", { vpc: { cidr: "10.20.1.0/16" } }, [
    `puppet:aws.vpc.cidr is "10.20.1.0/16"; ${network}`,
  ]),
  ...["10.20.0.0/15", "10.20.0.0/25"].map((cidr) =>
    aws(`the VPC ${cidr}`, { vpc: { cidr } }, [
      `puppet:aws.vpc.cidr is "${cidr}"; write a network with a prefix from 16 to 24, such as 10.20.0.0/16.`,
    ]),
  ),
  ...[1, 4, "two", 2.5].map((zones) =>
    aws(`zones ${JSON.stringify(zones)}`, { vpc: { zones } }, [
      `puppet:aws.vpc.zones is ${JSON.stringify(zones)}; write a number of Availability Zones from 2 to 3.`,
    ]),
  ),
  ...["two", 1, true].map((nat) =>
    aws(`NAT ${JSON.stringify(nat)}`, { vpc: { nat } }, [
      `puppet:aws.vpc.nat is ${JSON.stringify(nat)}; write one or none.`,
    ]),
  ),
  aws("a VPC in a different form", { vpc: vpcId }, [
    `puppet:aws.vpc is "${vpcId}"; write an object with cidr, zones, nat, id, subnetIds, publicSubnetId.`,
  ]),
  aws("the name of a VPC for its id", { vpc: { id: "main", subnetIds } }, [
    'puppet:aws.vpc.id is "main"; write an id such as vpc-0123456789abcdef0.',
  ]),
  aws(
    "the id of a VPC as one of its subnets",
    { vpc: { id: vpcId, subnetIds: [subnetIds[0], vpcId] } },
    [`puppet:aws.vpc.subnetIds[1] is "${vpcId}"; write an id such as subnet-0123456789abcdef0.`],
  ),
  ...[0, 1, 4].map((count) =>
    aws(
      `${String(count)} subnets`,
      {
        vpc: {
          id: vpcId,
          subnetIds: Array.from({ length: count }, (_, index) => `subnet-0123456${String(index)}`),
        },
      },
      [
        `puppet:aws.vpc.subnetIds has ${String(count)} subnets; write two or three private subnets of ${vpcId}, each in a different Availability Zone.`,
      ],
    ),
  ),
  aws(
    "a network for an existing VPC",
    { vpc: { id: vpcId, subnetIds, cidr: "10.30.0.0/16", zones: 3, nat: "none" } },
    ["cidr", "zones", "nat"].map(
      (key) =>
        `puppet:aws.vpc.${key} is set, but puppet:aws.vpc.id names an existing VPC, which has its own; remove one of the two.`,
    ),
  ),
  ...[{ subnetIds }, { publicSubnetId: subnetIds[0] }].map((vpc) =>
    aws(`no VPC for ${Object.keys(vpc).join("")}`, { vpc }, [
      "puppet:aws.vpc has subnets but no VPC; set puppet:aws.vpc.id to their VPC, or remove them.",
    ]),
  ),
  aws("no public subnet for the bastion", { vpc: { id: vpcId, subnetIds }, bastion }, [
    `puppet:aws.vpc.publicSubnetId is not set; write the public subnet of ${vpcId} for the bastion.`,
  ]),
  aws("no networks for the bastion", { bastion: {} }, [
    `puppet:aws.bastion.allowedSources is not set; ${networks}`,
  ]),
  aws("an empty list of networks for the bastion", { bastion: { allowedSources: [] } }, [
    `puppet:aws.bastion.allowedSources is []; ${oneNetwork}`,
  ]),
  aws("a bastion that is a boolean", { bastion: true }, [
    "puppet:aws.bastion is true; write an object with allowedSources, type.",
  ]),
];
