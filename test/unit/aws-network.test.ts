import { beforeAll, describe, expect, it } from "vitest";
import { connectionsOf, type Party } from "../../hosts/connections.js";
import { composeAws, type ComposedAws } from "./aws-platform.js";
import type { Registration } from "./registrations.js";

const bastion = { allowedSources: ["192.0.2.0/24", "198.51.100.7/32"] };
const database = {
  instanceClass: "db.m7g.large",
  caCertificate: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
};
const vpcId = "vpc-0123456789abcdef0";
const subnetIds = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"];
const there = { id: vpcId, subnetIds };
const everything = {
  agentSources: ["10.0.0.0/8", "172.16.0.0/12"],
  operatorSources: ["10.9.0.0/16"],
  webhookSources: ["192.0.2.77/32"],
  outbound: ["0.0.0.0/0"],
  bastion,
  database,
  vpc: { nat: "none", zones: 3 },
};

let composed: ComposedAws;
let full: ComposedAws;
beforeAll(async () => {
  composed = await composeAws();
  full = await composeAws(everything, { codeDeployment: { behind: "leave" } });
});

const ingress = "vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const egress = "vpc/securityGroupEgressRule:SecurityGroupEgressRule";

/** One rule of a security group: whose, which way, port, the other end. */
type Rule = [string, "in" | "out", number, string];

/** The party of a security group's id. */
const partyOf = (id: unknown) => /^puppet-(\w+)-id$/.exec(String(id))?.[1] ?? String(id);

/** The rules that are made. */
function rulesOf({ ofType }: ComposedAws): Rule[] {
  const rule = (direction: "in" | "out", { inputs }: Registration): Rule => {
    expect(inputs).toMatchObject({ ipProtocol: "tcp", toPort: inputs.fromPort });
    const ends = [inputs.cidrIpv4, inputs.referencedSecurityGroupId].filter(
      (end) => end !== undefined,
    );
    expect(ends).toHaveLength(1);
    return [partyOf(inputs.securityGroupId), direction, Number(inputs.fromPort), partyOf(ends[0])];
  };
  return [
    ...ofType(ingress).map((one) => rule("in", one)),
    ...ofType(egress).map((one) => rule("out", one)),
  ].sort(byText);
}

const byText = (one: Rule, other: Rule) => {
  const [first, second] = [one.join(" "), other.join(" ")];
  return first < second ? -1 : first > second ? 1 : 0;
};

/** The rules that the table of connections asks for. */
function rulesWanted({ settings }: ComposedAws): Rule[] {
  const { aws } = settings;
  const networks: Partial<Record<Party, readonly string[]>> = {
    agents: aws.agentSources ?? [],
    operators: aws.operatorSources,
    gitServers: aws.webhookSources,
    administrators: aws.bastion?.allowedSources ?? [],
    outbound: aws.outbound ?? [],
  };
  const ends = (party: Party) => networks[party] ?? [party];
  const lines = connectionsOf({
    ...settings,
    bastion: aws.bastion !== undefined,
    database: aws.database !== undefined,
    endpoints: aws.vpc.nat === "none",
  });
  return lines
    .flatMap(({ from, to, port }): Rule[] => [
      ...(networks[to] === undefined ? ends(from).map((end): Rule => [to, "in", port, end]) : []),
      ...(networks[from] === undefined
        ? ends(to).map((end): Rule => [from, "out", port, end])
        : []),
    ])
    .sort(byText);
}

const textOf = (rules: readonly Rule[]) =>
  `\n${rules
    .map(([party, direction, port, end]) =>
      [party.padEnd(12), direction.padEnd(3), String(port).padStart(5), end].join("  "),
    )
    .join("\n")}\n`;

describe("the security groups", () => {
  it("are one for each party, with a rule for each end of a line and nothing else", () => {
    for (const of of [composed, full]) {
      expect(rulesOf(of)).toEqual(rulesWanted(of));
      const groups = of.ofType("ec2/securityGroup:SecurityGroup");
      expect(groups.map(({ name }) => name.replace("puppet-", "")).sort()).toEqual(
        [...new Set(rulesOf(of).map(([party]) => party))].sort(),
      );
      for (const { inputs } of groups) {
        // Rules of the group itself would be others than the table's.
        expect(inputs.ingress).toBeUndefined();
        expect(inputs.egress).toBeUndefined();
        expect(inputs.vpcId).toBe("puppet-network-id");
      }
    }
  });

  it("let in and out by default", () => {
    expect(textOf(rulesOf(composed))).toMatchSnapshot();
  });

  it("let in and out with all that there may be", () => {
    expect(textOf(rulesOf(full))).toMatchSnapshot();
  });

  it("let nobody in from everywhere, and have descriptions that AWS takes", () => {
    for (const { inputs } of full.ofType(ingress)) expect(inputs.cidrIpv4).not.toBe("0.0.0.0/0");
    const described = [ingress, egress, "ec2/securityGroup:SecurityGroup"].flatMap(full.ofType);
    for (const { name, inputs } of described) {
      expect(String(inputs.description), name).toMatch(
        /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/,
      );
    }
  });
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

  it("without NAT has endpoints in each zone, and no way out of the private subnets", async () => {
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

  it("without NAT has a public subnet for the bastion alone", () => {
    expect(made.map((type) => count(full, type))).toEqual([1, 4, 0, 2, 1, 1, 4]);
    expect(full.ofType("ec2/eip:Eip").map(({ name }) => name)).toEqual(["bastion"]);
    expect(full.ofType("ec2/route:Route").map(({ name }) => name)).toEqual([
      "puppet-network-public",
    ]);
  });

  it("that is there is used, and nothing is made in it but groups and hosts", async () => {
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
    // A volume is in the zone of its host's subnet, which only AWS knows.
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

  it("of hosts and services are in a private zone of the VPC", () => {
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

  it("are in the zone that is given, and each once", async () => {
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

  it("is encrypted, only in private subnets, and kept", () => {
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
    expect(instance?.inputs.finalSnapshotIdentifier).toBe("puppet-database-final");
    expect(instance?.protect).toBe(true);
    expect(instance?.secrets).toContain("password");
    expect(only("rds/subnetGroup:SubnetGroup")?.inputs.subnetIds).toEqual(
      [1, 2, 3].map((zone) => `puppet-network-private-${String(zone)}-id`),
    );
  });

  it("takes connections with TLS alone", () => {
    expect(only("rds/parameterGroup:ParameterGroup")?.inputs).toMatchObject({
      family: "postgres17",
      parameters: [{ name: "rds.force_ssl", value: "1" }],
    });
  });

  it("leaves PuppetDB's host without a volume, as it keeps nothing there", () => {
    expect(full.ofType("ebs/volume:Volume").map(({ name }) => name)).toEqual(["main-data"]);
    expect(full.platform.postgresql).toMatchObject({
      port: 5432,
      caCertificate: database.caCertificate,
      administrator: { user: "administrator" },
    });
    expect(composed.platform.postgresql).toBeUndefined();
    expect(composed.ofType("rds/instance:Instance")).toEqual([]);
  });

  it("keeps backups at most as long as AWS does", async () => {
    const { ofType } = await composeAws({ database }, { postgresql: { backupDays: 90 } });
    expect(ofType("rds/instance:Instance")[0]?.inputs.backupRetentionPeriod).toBe(35);
  });
});

describe("all resources", () => {
  it("that can have tags have those of the settings and a name", async () => {
    const tags = { team: "puppet", "cost centre": "42" };
    const { registrations } = await composeAws({ ...everything, tags });
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
