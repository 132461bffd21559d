import type { BadSettings } from "./bad-setting.js";
import { goodAws } from "./platform-settings.js";

/** Settings of AWS that are taken but for these. */
const aws = (
  what: string,
  changes: Readonly<Record<string, unknown>>,
  sentences: readonly string[],
  others: Readonly<Record<string, unknown>> = {},
): BadSettings => ({
  what: `aws: ${what}`,
  values: { platform: "aws", aws: { ...goodAws, ...changes }, ...others },
  sentences,
});

const network = "write an IPv4 network such as 10.0.0.0/16.";
const networks = "write a list of IPv4 networks such as 10.0.0.0/8.";
const oneNetwork = "write a list of at least one IPv4 network.";
const agents =
  'puppet:aws.agentSources is not set; write the networks of the agents, such as ["10.0.0.0/8"].';
const outbound =
  'puppet:aws.outbound is not set; write the networks of your mirrors and Git servers, such as ["10.0.0.0/8"], or ["0.0.0.0/0"] for the Internet.';
const instanceType =
  "write an EC2 instance type of the families t3, t3a, t4g, or c, m or r from 5 on, such as m7i.large.";
const certificates =
  "write certificates in PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.";
const tagName =
  "write tag names of 1 to 128 letters, digits, blanks or . : / = + - @ _, not beginning with aws:.";
const keys =
  "vpc, agentSources, operatorSources, webhookSources, foremanSources, outbound, bastion, instances, dataVolumes, database, zoneId, tags";

const vpcId = "vpc-0123456789abcdef0";
const subnetIds = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"];
const bastion = { allowedSources: ["192.0.2.0/24"] };
/** A database that is taken. */
const database = {
  instanceClass: "db.m7g.large",
  caCertificate: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
};
const unknown = (setting: string, changes: Readonly<Record<string, unknown>>, known: string) =>
  aws(`an unknown setting ${setting}`, changes, [
    `puppet:aws.${setting} is not a setting; write one of ${known}, or remove it.`,
  ]);

const foremanThere = {
  ...{ host: "existing", url: "https://foreman.example.org", password: "the-password" },
};
/** What Foreman cannot run on, or cannot reach. */
const badForeman: readonly BadSettings[] = [
  ...["t3.small", "m7g.large"].map((type) =>
    aws(
      `Foreman on ${type}`,
      { instances: { foreman: { type } } },
      [
        `puppet:aws.instances.foreman.type is ${type}, and Foreman needs an amd64 processor and 4 GiB of memory; write another, such as m7i.large.`,
      ],
      { foreman: { host: "own" } },
    ),
  ),
  aws(
    "a Foreman that cannot reach the smart proxy",
    {},
    [
      'puppet:aws.foremanSources is not set, and Foreman could not reach the smart proxy; write its networks, such as ["192.0.2.10/32"], or false in puppet:foreman.smartProxy.',
    ],
    { foreman: foremanThere },
  ),
  ...[{}, { ...foremanThere, smartProxy: false }].map((foreman) =>
    aws(
      `networks of Foreman beside ${JSON.stringify(foreman)}`,
      { foremanSources: ["192.0.2.10/32"] },
      [
        "puppet:aws.foremanSources is set, but no Foreman that is there has a smart proxy here; remove it, or write existing in puppet:foreman.host.",
      ],
      { foreman },
    ),
  ),
];

/** Settings of the VPC. */
const badNetworks: readonly BadSettings[] = [
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
      `puppet:aws.vpc.zones is ${JSON.stringify(zones)}; write a number of zones from 2 to 3.`,
    ]),
  ),
  ...["two", 1, true].map((nat) =>
    aws(`NAT ${JSON.stringify(nat)}`, { vpc: { nat } }, [
      `puppet:aws.vpc.nat is ${JSON.stringify(nat)}; write one or none.`,
    ]),
  ),
  aws("a VPC of another form", { vpc: vpcId }, [
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
        `puppet:aws.vpc.subnetIds has ${String(count)} subnets; write two or three private subnets of ${vpcId}, each in another zone.`,
      ],
    ),
  ),
  aws(
    "a network for a VPC that is there",
    { vpc: { id: vpcId, subnetIds, cidr: "10.30.0.0/16", zones: 3, nat: "none" } },
    ["cidr", "zones", "nat"].map(
      (key) =>
        `puppet:aws.vpc.${key} is set, but puppet:aws.vpc.id names a VPC that is there with a network of its own; remove one of the two.`,
    ),
  ),
  ...[{ subnetIds }, { publicSubnetId: subnetIds[0] }].map((vpc) =>
    aws(`no VPC for ${Object.keys(vpc).join("")}`, { vpc }, [
      "puppet:aws.vpc has subnets, but no VPC; set puppet:aws.vpc.id to theirs, or remove them.",
    ]),
  ),
  aws("no public subnet for the bastion", { vpc: { id: vpcId, subnetIds }, bastion }, [
    `puppet:aws.vpc.publicSubnetId is not set; write the public subnet of ${vpcId} for the bastion.`,
  ]),
  aws("nobody who may reach the bastion", { bastion: {} }, [
    `puppet:aws.bastion.allowedSources is not set; ${networks}`,
  ]),
  aws("an empty list of those who may reach the bastion", { bastion: { allowedSources: [] } }, [
    `puppet:aws.bastion.allowedSources is []; ${oneNetwork}`,
  ]),
  aws("a bastion that is there or not", { bastion: true }, [
    "puppet:aws.bastion is true; write an object with allowedSources, type.",
  ]),
];

/** Settings of instances and their volumes. */
const badInstances: readonly BadSettings[] = [
  ...[
    "p5.48xlarge",
    "m4.large",
    "t2.micro",
    "t3.nano",
    "m7i-flex.large",
    "c7i.metal-24xl",
    "m7i",
    "M7i.large",
    "",
    4,
  ].map((type) =>
    aws(`the type ${JSON.stringify(type)}`, { instances: { compiler: { type } } }, [
      `puppet:aws.instances.compiler.type is ${JSON.stringify(type)}; ${typeof type === "string" ? instanceType : "write an EC2 instance type such as m7i.large."}`,
    ]),
  ),
  aws("a bastion of another family", { bastion: { ...bastion, type: "p5.48xlarge" } }, [
    `puppet:aws.bastion.type is "p5.48xlarge"; ${instanceType}`,
  ]),
  ...["debian-13", "ami-123", "ami-0123456789ABCDEF0", vpcId].map((image) =>
    aws(`the image ${image}`, { instances: { main: { image } } }, [
      `puppet:aws.instances.main.image is "${image}"; write an id such as ami-0123456789abcdef0.`,
    ]),
  ),
  aws(
    "volumes that are too small",
    { instances: { main: { rootVolume: 7 } }, dataVolumes: { main: 3, puppetdb: 9 } },
    [
      "puppet:aws.instances.main.rootVolume is 7; write a whole number of GiB from 8 to 16384.",
      "puppet:aws.dataVolumes.main is 3; write a whole number of GiB from 4 to 16384.",
      "puppet:aws.dataVolumes.puppetdb is 9; write a whole number of GiB from 10 to 16384.",
    ],
  ),
  unknown(
    "instances.compilers",
    { instances: { compilers: {} } },
    "main, loadBalancer, puppetdb, foreman, compiler, hdm",
  ),
  unknown(
    "instances.main.ami",
    { instances: { main: { ami: "ami-01234567" } } },
    "type, rootVolume, image",
  ),
];

/** Settings of AWS that must be refused. */
export const badAwsSettings: readonly BadSettings[] = [
  aws("no agents", { agentSources: undefined }, [agents]),
  aws("no way out", { outbound: undefined }, [outbound]),
  { what: "aws: nothing at all", values: { platform: "aws" }, sentences: [agents, outbound] },
  {
    what: "aws: a text",
    values: { platform: "aws", aws: "eu" },
    sentences: [`puppet:aws is "eu"; write an object with ${keys}.`],
  },
  unknown("region", { region: "eu-central-1" }, keys),
  ...badNetworks,
  ...badInstances,
  ...badForeman,
  aws(
    "service names outside of the domain",
    {},
    ["puppetServer", "caServer", "fileServer"].map(
      (setting, index) =>
        `puppet:${setting} is ${["one.example.org", "two.example", "three.anexample.test"][index] ?? ""}, outside of puppet:domain; write a name in example.test, whose private zone it is found in.`,
    ),
    {
      puppetServer: "one.example.org",
      caServer: "two.example",
      fileServer: "three.anexample.test",
    },
  ),
  aws(
    "two databases",
    { database },
    [
      "puppet:aws.database and puppet:postgresql.server are both set; remove one, PuppetDB has one database.",
    ],
    {
      postgresql: {
        server: "db.example.org",
        password: "the-owners-password",
        readPassword: "the-readers-password",
      },
    },
  ),
  aws(
    "a database without PuppetDB",
    { database },
    [
      'puppet:aws.database is set, but puppet:puppetdb.host is "none"; write own or main there, or remove puppet:aws.database.',
    ],
    { puppetdb: { host: "none" } },
  ),
  aws("a database without its class and its CA", { database: {} }, [
    "puppet:aws.database.instanceClass is not set; write an RDS instance class such as db.m7g.large.",
    `puppet:aws.database.caCertificate is not set; ${certificates}`,
  ]),
  aws("a database of an instance type", { database: { ...database, instanceClass: "m7g.large" } }, [
    'puppet:aws.database.instanceClass is "m7g.large"; write an RDS instance class such as db.m7g.large.',
  ]),
  ...["14", "17.2", 17].map((version) =>
    aws(`PostgreSQL ${JSON.stringify(version)}`, { database: { ...database, version } }, [
      `puppet:aws.database.version is ${JSON.stringify(version)}; write a major version of PostgreSQL from 15 to 18, in quotes.`,
    ]),
  ),
  ...["example.test", "z0123456789", "/hostedzone/Z0123456789", 5].map((zoneId) =>
    aws(`the zone ${JSON.stringify(zoneId)}`, { zoneId }, [
      `puppet:aws.zoneId is ${JSON.stringify(zoneId)}; write the id of a hosted zone such as Z0123456789ABCDEFGHIJ.`,
    ]),
  ),
  ...["aws:team", "", "team!", "t".repeat(129)].map((name) =>
    aws(`the tag name ${JSON.stringify(name)}`, { tags: { [name]: "puppet" } }, [
      `puppet:aws.tags has ${JSON.stringify(name)}; ${tagName}`,
    ]),
  ),
  aws("values of tags that are none", { tags: { team: 5, cost: "c".repeat(257) } }, [
    "puppet:aws.tags.team is 5; write a text of at most 256 letters, digits, blanks or . : / = + - @ _.",
    `puppet:aws.tags.cost is "${"c".repeat(257)}"; write a text of at most 256 letters, digits, blanks or . : / = + - @ _.`,
  ]),
  aws("a list of tags", { tags: ["team"] }, [
    'puppet:aws.tags is ["team"]; write an object of tags.',
  ]),
  aws(
    "compilers that are too many",
    {},
    [
      "puppet:compilers is 1001; write a number of compilers from 1 to 1000, or a list of 1 to 1000 host names.",
    ],
    { compilers: 1001 },
  ),
  {
    what: "aws: settings on the platform containers",
    values: { aws: { tags: { team: "puppet" } } },
    sentences: [
      "puppet:aws is set, but puppet:platform is containers; write aws there, or remove it.",
    ],
  },
];
