import * as z from "zod";
import { instanceSize, reservedMemory } from "./instance-types.js";
import { parseSubnet } from "./subnet.js";
import {
  hostRole,
  roleNames,
  roles,
  type RoleName,
  type Roles,
  type RoleSettings,
} from "../roles/roles.js";
import type { Foreman } from "../roles/foreman/settings.js";
import type { OutsideParty } from "../roles/role.js";
import { serviceNameSettings, type ServiceNameSetting } from "../roles/service-names.js";
import { certificates, integer, object, text } from "../roles/values.js";

const cidr = z
  .string("an IPv4 network such as 10.0.0.0/16")
  .refine((text) => parseSubnet(text) !== undefined, "an IPv4 network such as 10.0.0.0/16");
const networks = z.array(cidr, "a list of IPv4 networks such as 10.0.0.0/8");
const id = (kind: string) =>
  text(new RegExp(`^${kind}-[0-9a-f]{8,17}$`), `an id such as ${kind}-0123456789abcdef0`);
const instanceType = z
  .string("an EC2 instance type such as m7i.large")
  .refine(
    (type) => instanceSize(type) !== undefined,
    "an EC2 instance type from the families t3, t3a, t4g, or c, m or r from generation 5 on, such as m7i.large",
  );
const size = (minimum: number) => integer(minimum, 16384, "a whole number of GiB");

/** An instance of a role. */
const instance = (type: string) =>
  object({
    /** EC2 instance type. */
    type: instanceType.default(type),
    /** Size of the root volume in GiB. */
    rootVolume: size(8).default(20),
    /** Image; by default the newest Debian 13 when the instance is created. */
    image: id("ami").optional(),
  }).prefault({});

/** Roles whose data has its own volume. */
type RoleWithVolume = {
  [Name in RoleName]: Roles[Name]["instance"]["dataVolume"] extends undefined ? never : Name;
}[RoleName];

/** GiB of each role's data volume. */
const dataVolumes = Object.fromEntries(
  roleNames.flatMap((role) => {
    const { dataVolume } = roles[role].instance;
    return dataVolume === undefined
      ? []
      : [[role, size(dataVolume.least).default(dataVolume.size)] as const];
  }),
) as Record<RoleWithVolume, z.ZodDefault<z.ZodInt>>;

/** Settings with the networks of outside parties. Administrators only reach the bastion, which has its own setting. */
export const networkSettings = {
  agents: "agentSources",
  operators: "operatorSources",
  gitServers: "webhookSources",
  siteForeman: "foremanSources",
  outbound: "outbound",
} as const satisfies Record<Exclude<OutsideParty, "administrators">, string>;

/** Settings of the cloud. */
export const aws = object({
  vpc: object({
    /** Network of the VPC that is created; a prefix from 16 to 24. */
    cidr: cidr.default("10.20.0.0/16"),
    /** Its number of Availability Zones. */
    zones: integer(2, 3, "a number of Availability Zones").default(2),
    /** Whether its servers reach the Internet through one NAT gateway, or only AWS, through endpoints. */
    nat: z.enum(["one", "none"], "one or none").default("one"),
    /** An existing VPC to use instead. */
    id: id("vpc").optional(),
    /** Its private subnets, each in a different Availability Zone; servers are spread over them. */
    subnetIds: z.array(id("subnet"), "a list of subnet ids").default([]),
    /** Its public subnet, for the bastion. */
    publicSubnetId: id("subnet").optional(),
  }).prefault({}),
  /** Networks of the agents, which connect to the load balancer and the CA. */
  agentSources: networks.min(1, "a list of at least one IPv4 network").optional(),
  /** Networks from which people use the statistics page and the pages of services; none by default. */
  operatorSources: networks.default([]),
  /** Networks of the Git servers that send pushes; none by default. */
  webhookSources: networks.default([]),
  /** Networks of an existing Foreman, which connects to the smart proxy; none by default. */
  foremanSources: networks.default([]),
  /** Networks from which the servers get packages and code; 0.0.0.0/0 is the Internet. */
  outbound: networks.min(1, "a list of at least one IPv4 network").optional(),
  /** A small host with a public address through which Pulumi connects to the servers; Session Manager without it. */
  bastion: object({
    /** Networks that may connect to it over SSH. */
    allowedSources: networks.min(1, "a list of at least one IPv4 network"),
    type: instanceType.default("t3.micro"),
  }).optional(),
  instances: object(
    Object.fromEntries(
      roleNames.map((role) => [role, instance(roles[role].instance.type)]),
    ) as Record<RoleName, ReturnType<typeof instance>>,
  ).prefault({}),
  dataVolumes: object(dataVolumes).prefault({}),
  /** PostgreSQL in RDS instead of on PuppetDB's host. */
  database: object({
    /** RDS instance class. */
    instanceClass: text(/^db\.[a-z0-9]+\.[a-z0-9]+$/, "an RDS instance class such as db.m7g.large"),
    /** Storage in GiB. */
    storage: integer(20, 65536, "a whole number of GiB").default(100),
    /** Whether there is a standby in a different Availability Zone. */
    multiAz: z.boolean("true or false").default(true),
    /** Major version of PostgreSQL. */
    version: text(/^1[5-8]$/, "a major version of PostgreSQL from 15 to 18, in quotes").default(
      "17",
    ),
    /** PEM certificates of Amazon's CA for the region: the region's RDS bundle. */
    caCertificate: certificates,
  }).optional(),
  /** Private hosted zone in Route 53 for the domain; one is created by default. */
  zoneId: text(
    /^Z[A-Z0-9]{5,31}$/,
    "the id of a hosted zone such as Z0123456789ABCDEFGHIJ",
  ).optional(),
  /** Tags of all resources. */
  tags: z
    .record(
      text(
        /^(?!aws:)[\w .:/=+@-]{1,128}$/,
        "tag names of 1 to 128 letters, digits, spaces or . : / = + - @ _ that do not begin with aws:",
      ),
      text(/^[\w .:/=+@-]{0,256}$/, "at most 256 letters, digits, spaces or . : / = + - @ _"),
      "an object that maps tag names to values",
    )
    .default({}),
});

export type Aws = z.output<typeof aws>;

/** A stack's AWS settings, checked: required ones are set. */
export type AwsSettings = Aws & { agentSources: string[]; outbound: string[] };

/**
 * Settings of a new VPC that are given although an existing VPC is used.
 *
 * @param given the settings as given, without defaults
 */
export function ownVpcFaults(given: unknown): string[] {
  const { vpc = {} } = (given ?? {}) as { vpc?: Readonly<Record<string, unknown>> };
  if (vpc.id === undefined) return [];
  return ["cidr", "zones", "nat"]
    .filter((key) => vpc[key] !== undefined)
    .map(
      (key) =>
        `puppet:aws.vpc.${key} is set, but puppet:aws.vpc.id names an existing VPC, which has its own; remove one of the two.`,
    );
}

/** Missing settings and contradictions. */
export function awsFaults(
  given: Aws,
  others: RoleSettings & Readonly<Record<"domain" | ServiceNameSetting, string>>,
): string[] {
  const { vpc, database } = given;
  const sentences = [
    ...roleNames.flatMap((role) => requirementFaults(given, role, others)),
    ...foremanSourcesFaults(given, others.foreman),
  ];
  const required = { agentSources: "of the agents", outbound: "of your mirrors and Git servers" };
  for (const [key, whose] of Object.entries(required)) {
    if (given[key as keyof typeof required] === undefined) {
      sentences.push(
        `puppet:aws.${key} is not set; write the networks ${whose}, such as ["10.0.0.0/8"]${key === "outbound" ? ', or ["0.0.0.0/0"] for the Internet' : ""}.`,
      );
    }
  }
  const prefix = parseSubnet(vpc.cidr)?.prefix ?? 0;
  if (prefix < 16 || prefix > 24) {
    sentences.push(
      `puppet:aws.vpc.cidr is "${vpc.cidr}"; write a network with a prefix from 16 to 24, such as 10.20.0.0/16.`,
    );
  }
  if (vpc.id !== undefined && (vpc.subnetIds.length < 2 || vpc.subnetIds.length > 3)) {
    sentences.push(
      `puppet:aws.vpc.subnetIds has ${String(vpc.subnetIds.length)} subnets; write two or three private subnets of ${vpc.id}, each in a different Availability Zone.`,
    );
  }
  if (vpc.id === undefined && (vpc.subnetIds.length > 0 || vpc.publicSubnetId !== undefined)) {
    sentences.push(
      "puppet:aws.vpc has subnets but no VPC; set puppet:aws.vpc.id to their VPC, or remove them.",
    );
  }
  const toAws = given.outbound?.includes("0.0.0.0/0") ?? true;
  if (vpc.id === undefined && vpc.nat === "one" && given.bastion === undefined && !toAws) {
    sentences.push(
      "puppet:aws.outbound gives servers no access to AWS, and without puppet:aws.bastion Pulumi needs Session Manager; set puppet:aws.vpc.nat to none, set puppet:aws.bastion, or add 0.0.0.0/0 to it.",
    );
  }
  if (vpc.id !== undefined && given.bastion !== undefined && vpc.publicSubnetId === undefined) {
    sentences.push(
      `puppet:aws.vpc.publicSubnetId is not set; write the public subnet of ${vpc.id} for the bastion.`,
    );
  }
  for (const setting of serviceNameSettings) {
    const name = others[setting];
    if (!name.endsWith(`.${others.domain}`)) {
      sentences.push(
        `puppet:${setting} is ${name}, outside puppet:domain; write a name in ${others.domain}, because its record is in the private hosted zone of that domain.`,
      );
    }
  }
  if (database !== undefined && others.postgresql.server !== undefined) {
    sentences.push(
      "puppet:aws.database and puppet:postgresql.server are both set; remove one, because PuppetDB has only one database.",
    );
  }
  if (database !== undefined && others.puppetdb.host === "none") {
    sentences.push(
      'puppet:aws.database is set, but puppet:puppetdb.host is "none"; set puppet:puppetdb.host to own or main, or remove puppet:aws.database.',
    );
  }
  return sentences;
}

/** An instance type that the role's software cannot run on. */
function requirementFaults({ instances }: Aws, role: RoleName, settings: RoleSettings): string[] {
  const { requires, title, instance } = roles[role];
  if (requires === undefined || hostRole(role, settings) !== role) return [];
  const { type } = instances[role];
  const size = instanceSize(type);
  const memory = requires.memory + reservedMemory;
  if (size?.architecture === requires.architecture && size.memory >= memory) return [];
  return [
    `puppet:aws.instances.${role}.type is ${type}, but ${title} needs an ${requires.architecture} processor and at least ${String(memory / 1024)} GiB of memory; write a different type, such as ${instance.type}.`,
  ];
}

/** Networks of an existing Foreman, which connects to the smart proxy. */
function foremanSourcesFaults({ foremanSources }: Aws, { host, smartProxy }: Foreman): string[] {
  const asked = host === "existing" && smartProxy;
  if (asked && foremanSources.length === 0) {
    return [
      'puppet:aws.foremanSources is not set, so Foreman could not connect to the smart proxy; write its networks, such as ["192.0.2.10/32"], or set puppet:foreman.smartProxy to false.',
    ];
  }
  return asked || foremanSources.length === 0
    ? []
    : [
        "puppet:aws.foremanSources is set, but no existing Foreman uses a smart proxy here; remove it, or set puppet:foreman.host to existing.",
      ];
}
