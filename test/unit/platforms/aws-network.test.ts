import { beforeAll, describe, expect, it } from "vitest";
import {
  composeAws,
  databaseInAws,
  everythingInAws,
  type ComposedAws,
} from "../../support/unit/aws-platform.js";

const { bastion } = everythingInAws;
const vpcId = "vpc-0123456789abcdef0";
const subnetIds = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"];
const there = { id: vpcId, subnetIds };
let composed: ComposedAws;
let full: ComposedAws;
beforeAll(async () => {
  composed = await composeAws();
  full = await composeAws(everythingInAws, { codeDeployment: { behind: "leave" } });
});

describe("the network", () => {
  const count = (of: ComposedAws, ...types: string[]) =>
    types.flatMap((type) => of.ofType(`ec2/${type}`)).length;
  const made = [
    "vpc:Vpc",
    "subnet:Subnet",
    "natGateway:NatGateway",
    "routeTable:RouteTable",
    "route:Route",
    "internetGateway:InternetGateway",
    "vpcEndpoint:VpcEndpoint",
  ];

  it("is a VPC with one NAT gateway", () => {
    expect(made.map((type) => count(composed, type))).toEqual([1, 3, 1, 2, 2, 1, 0]);
    const routes = composed
      .ofType("ec2/route:Route")
      .map(({ name, inputs }) => [
        name,
        inputs.destinationCidrBlock,
        inputs.natGatewayId ?? inputs.gatewayId,
      ]);
    expect(routes.sort()).toEqual([
      ["puppet-network-private", "0.0.0.0/0", "puppet-network-nat-id"],
      ["puppet-network-public", "0.0.0.0/0", "puppet-network-gateway-id"],
    ]);
  });

  it("without NAT has endpoints in each Availability Zone, and no route out of the private subnets", async () => {
    const closed = await composeAws({ vpc: { nat: "none" } });
    expect(made.map((type) => count(closed, type))).toEqual([1, 2, 0, 1, 0, 0, 4]);
    expect(count(closed, "eip:Eip")).toBe(0);
    const endpoints = closed.ofType("ec2/vpcEndpoint:VpcEndpoint");
    expect(endpoints.map(({ inputs }) => inputs.serviceName)).toEqual(
      ["ssm", "ssmmessages", "ec2messages", "s3"].map((name) => `com.amazonaws.eu-test-1.${name}`),
    );
    for (const { inputs } of endpoints) {
      expect(inputs).toMatchObject({
        vpcId: "puppet-network-id",
        vpcEndpointType: "Interface",
        subnetIds: ["puppet-network-private-1-id", "puppet-network-private-2-id"],
        securityGroupIds: ["puppet-endpoints-id"],
        privateDnsEnabled: true,
      });
    }
  });

  it("without NAT has a public subnet only for the bastion", () => {
    expect(made.map((type) => count(full, type))).toEqual([1, 4, 0, 2, 1, 1, 4]);
    expect(full.ofType("ec2/eip:Eip").map(({ name }) => name)).toEqual(["bastion"]);
    expect(full.ofType("ec2/route:Route").map(({ name }) => name)).toEqual([
      "puppet-network-public",
    ]);
  });

  it("is used if it exists, and only groups and hosts are created in it", async () => {
    const publicSubnetId = "subnet-0123456789abcdef9";
    const of = await composeAws({ vpc: { ...there, publicSubnetId }, bastion });
    expect(made.map((type) => count(of, type))).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(of.ofType("ec2/eip:Eip").map(({ name }) => name)).toEqual(["bastion"]);
    const subnets = Object.fromEntries(
      of.ofType("ec2/instance:Instance").map(({ name, inputs }) => [name, inputs.subnetId]),
    );
    expect(subnets).toEqual({
      bastion: publicSubnetId,
      main: subnetIds[0],
      balancer: subnetIds[0],
      puppetdb: subnetIds[0],
      compiler1: subnetIds[0],
      compiler2: subnetIds[1],
    });
    for (const { inputs } of of.ofType("ec2/securityGroup:SecurityGroup")) {
      expect(inputs.vpcId).toBe(vpcId);
    }
    // A volume is in the Availability Zone of its host's subnet, which only AWS knows.
    for (const { inputs } of of.ofType("ebs/volume:Volume")) {
      expect(inputs.availabilityZone).toBe(`zone-of-${subnetIds[0] ?? ""}`);
    }
  });
});

describe("the names", () => {
  const records = ({ ofType }: ComposedAws): Record<string, string> =>
    Object.fromEntries(
      ofType("route53/record:Record").map(({ inputs }) => [
        String(inputs.name),
        [inputs.zoneId, inputs.type, ...(inputs.records as string[])].join(" "),
      ]),
    );

  it("of hosts and services are in a private hosted zone of the VPC", () => {
    const [zone, ...others] = composed.ofType("route53/zone:Zone");
    expect(others).toEqual([]);
    expect(zone?.inputs).toMatchObject({
      name: "example.test",
      vpcs: [{ vpcId: "puppet-network-id" }],
    });
    expect(records(composed)).toEqual({
      ...Object.fromEntries(
        ["main", "balancer", "puppetdb", "compiler1", "compiler2"].map((name) => [
          `${name}.example.test`,
          `puppet-zone A address-of-${name}`,
        ]),
      ),
      "puppet.example.test": "puppet-zone A address-of-balancer",
      "puppetfiles.example.test": "puppet-zone A address-of-balancer",
      "puppetca.example.test": "puppet-zone A address-of-main",
    });
  });

  it("are in the given hosted zone, each of them once", async () => {
    const zoneId = "Z0123456789ABCDEFGHIJ";
    const of = await composeAws({ zoneId }, { fileServer: "puppet" });
    expect(of.ofType("route53/zone:Zone")).toEqual([]);
    expect(of.ofType("route53/record:Record")).toHaveLength(7);
    for (const record of Object.values(records(of))) expect(record).toMatch(`${zoneId} A `);
  });
});

describe("the database", () => {
  const only = (type: string) => {
    const [one, ...others] = full.ofType(type);
    expect(others).toEqual([]);
    return one;
  };

  it("is encrypted, only in private subnets, and protected", () => {
    const instance = only("rds/instance:Instance");
    expect(instance?.inputs).toMatchObject({
      engine: "postgres",
      engineVersion: "17",
      instanceClass: "db.m7g.large",
      allocatedStorage: 100,
      storageEncrypted: true,
      multiAz: true,
      publiclyAccessible: false,
      deletionProtection: true,
      copyTagsToSnapshot: true,
      backupRetentionPeriod: 14,
      vpcSecurityGroupIds: ["puppet-database-id"],
      dbSubnetGroupName: "puppet-database-subnets",
      parameterGroupName: "puppet-database-parameters",
    });
    expect(instance?.inputs.skipFinalSnapshot ?? false).toBe(false);
    expect(instance?.inputs.finalSnapshotIdentifier).toMatch(/^puppet-database-final-/);
    expect(instance?.protect).toBe(true);
    expect(instance?.secrets).toContain("password");
    expect(only("rds/subnetGroup:SubnetGroup")?.inputs.subnetIds).toEqual(
      [1, 2, 3].map((zone) => `puppet-network-private-${String(zone)}-id`),
    );
  });

  it("accepts only connections with TLS", () => {
    expect(only("rds/parameterGroup:ParameterGroup")?.inputs).toMatchObject({
      family: "postgres17",
      parameters: [{ name: "rds.force_ssl", value: "1" }],
    });
  });

  it("leaves PuppetDB's host without a volume, because no data is on it", () => {
    expect(full.ofType("ebs/volume:Volume").map(({ name }) => name)).toEqual(["main-data"]);
    expect(full.platform.postgresql).toMatchObject({
      port: 5432,
      caCertificate: databaseInAws.caCertificate,
      administrator: { user: "administrator" },
    });
    expect(composed.platform.postgresql).toBeUndefined();
    expect(composed.ofType("rds/instance:Instance")).toEqual([]);
  });

  it("keeps backups no longer than AWS allows", async () => {
    const { ofType } = await composeAws(
      { database: databaseInAws },
      { postgresql: { backupDays: 90 } },
    );
    expect(ofType("rds/instance:Instance")[0]?.inputs.backupRetentionPeriod).toBe(35);
  });
});

describe("all resources", () => {
  it("that can have tags have those from the settings and a name", async () => {
    const tags = { team: "puppet", "cost centre": "42" };
    const { registrations } = await composeAws({ ...everythingInAws, tags });
    const untagged = [
      ...["ec2/route:Route", "ec2/routeTableAssociation:RouteTableAssociation"],
      ...["ec2/volumeAttachment:VolumeAttachment", "route53/record:Record"],
      "iam/rolePolicyAttachment:RolePolicyAttachment",
    ].map((type) => `aws:${type}`);
    const taggable = registrations.filter(
      ({ type }) => type.startsWith("aws:") && !untagged.includes(type),
    );
    expect(taggable.length).toBeGreaterThan(60);
    for (const { name, inputs } of taggable) {
      expect(inputs.tags, name).toMatchObject({ ...tags, Name: expect.any(String) as string });
    }
  });
});
