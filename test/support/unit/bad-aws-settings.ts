import { badNetworks } from "./bad-aws-networks.js";
import { aws, bastion, vpcId } from "./bad-aws-setting.js";
import type { BadSettings } from "./bad-setting.js";

const outbound =
  'puppet:aws.outbound is not set; write the networks of your mirrors and Git servers, such as ["10.0.0.0/8"], or ["0.0.0.0/0"] for the Internet.';
const keys =
  "vpc, agentSources, operatorSources, webhookSources, foremanSources, outbound, bastion, instances, dataVolumes, database, zoneId, tags";
const agents =
  'puppet:aws.agentSources is not set; write the networks of the agents, such as ["10.0.0.0/8"].';
const instanceType =
  "write an EC2 instance type from the families t3, t3a, t4g, or c, m or r from generation 5 on, such as m7i.large.";
const certificates =
  "write certificates in PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.";
const tagName =
  "write tag names of 1 to 128 letters, digits, spaces or . : / = + - @ _ that do not begin with aws:.";

/** A valid database. */
const database = {
  instanceClass: "db.m7g.large",
  caCertificate: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
};
const unknown = (setting: string, changes: Readonly<Record<string, unknown>>, known: string) =>
  aws(`an unknown setting ${setting}`, changes, [
    `puppet:aws.${setting} is not a setting; write one of ${known}, or remove it.`,
  ]);

const foremanThere = {
  host: "existing",
  url: "https://foreman.example.org",
  password: "the-password",
};
/** Instances on which Foreman cannot run, and networks that do not fit it. */
const badForeman: readonly BadSettings[] = [
  ...["t3.small", "m7g.large"].map((type) =>
    aws(
      `Foreman on ${type}`,
      { instances: { foreman: { type } } },
      [
        `puppet:aws.instances.foreman.type is ${type}, but Foreman needs an amd64 processor and at least 4 GiB of memory; write a different type, such as m7i.large.`,
      ],
      { foreman: { host: "own" } },
    ),
  ),
  aws(
    "a Foreman that cannot connect to the smart proxy",
    {},
    [
      'puppet:aws.foremanSources is not set, so Foreman could not connect to the smart proxy; write its networks, such as ["192.0.2.10/32"], or set puppet:foreman.smartProxy to false.',
    ],
    { foreman: foremanThere },
  ),
  ...[{}, { ...foremanThere, smartProxy: false }].map((foreman) =>
    aws(
      `networks of Foreman with ${JSON.stringify(foreman)}`,
      { foremanSources: ["192.0.2.10/32"] },
      [
        "puppet:aws.foremanSources is set, but no existing Foreman uses a smart proxy here; remove it, or set puppet:foreman.host to existing.",
      ],
      { foreman },
    ),
  ),
];

/** Invalid settings of instances and their volumes. */
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
  aws("a bastion from an unsupported family", { bastion: { ...bastion, type: "p5.48xlarge" } }, [
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

/** Invalid settings of AWS. */
export const badAwsSettings: readonly BadSettings[] = [
  aws("no agents", { agentSources: undefined }, [agents]),
  aws("no outbound networks", { outbound: undefined }, [outbound]),
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
    "service names outside the domain",
    {},
    ["puppetServer", "caServer", "fileServer"].map(
      (setting, index) =>
        `puppet:${setting} is ${["one.example.org", "two.example", "three.anexample.test"][index] ?? ""}, outside puppet:domain; write a name in example.test, because its record is in the private hosted zone of that domain.`,
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
      "puppet:aws.database and puppet:postgresql.server are both set; remove one, because PuppetDB has only one database.",
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
      'puppet:aws.database is set, but puppet:puppetdb.host is "none"; set puppet:puppetdb.host to own or main, or remove puppet:aws.database.',
    ],
    { puppetdb: { host: "none" } },
  ),
  aws("a database without a class and a CA", { database: {} }, [
    "puppet:aws.database.instanceClass is not set; write an RDS instance class such as db.m7g.large.",
    `puppet:aws.database.caCertificate is not set; ${certificates}`,
  ]),
  aws(
    "a database with an instance type as its class",
    { database: { ...database, instanceClass: "m7g.large" } },
    [
      'puppet:aws.database.instanceClass is "m7g.large"; write an RDS instance class such as db.m7g.large.',
    ],
  ),
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
  aws("invalid values of tags", { tags: { team: 5, cost: "c".repeat(257) } }, [
    "puppet:aws.tags.team is 5; write at most 256 letters, digits, spaces or . : / = + - @ _.",
    `puppet:aws.tags.cost is "${"c".repeat(257)}"; write at most 256 letters, digits, spaces or . : / = + - @ _.`,
  ]),
  aws("a list of tags", { tags: ["team"] }, [
    'puppet:aws.tags is ["team"]; write an object that maps tag names to values.',
  ]),
  aws(
    "too many compilers",
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
      "puppet:aws is set, but puppet:platform is containers; set puppet:platform to aws, or remove puppet:aws.",
    ],
  },
];
