import { beforeAll, describe, expect, it } from "vitest";
import { composeAws, privateKeyOf, type ComposedAws } from "../../support/unit/aws-platform.js";

const instanceType = "aws:ec2/instance:Instance";
const bastion = { allowedSources: ["192.0.2.0/24"] };
const tags = { team: "puppet" };
const remote = "command:remote:Command";

let composed: ComposedAws;
let throughBastion: ComposedAws;
beforeAll(async () => {
  composed = await composeAws({ tags });
  throughBastion = await composeAws({ tags, bastion });
});

const names = ["main", "balancer", "puppetdb", "compiler1", "compiler2"];
const instances = (of: ComposedAws) => of.ofType("ec2/instance:Instance");
const userDataOf = (of: ComposedAws, name: string) =>
  String(of.find(name, instanceType).inputs.userData);
const zonesOf = (of: ComposedAws) =>
  Object.fromEntries(instances(of).map(({ name, inputs }) => [name, inputs.subnetId]));

describe("the instances", () => {
  it("are the hosts, and the bastion if there is one", () => {
    expect(
      instances(composed)
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...names].sort());
    expect(
      instances(throughBastion)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["bastion", ...names].sort());
  });

  it("have IMDSv2, no public address, an encrypted volume, one group and tags", () => {
    const roles: Readonly<Record<string, string>> = {
      balancer: "loadBalancer",
      compiler1: "compiler",
      compiler2: "compiler",
    };
    for (const { name, inputs } of instances(throughBastion)) {
      expect(inputs, name).toEqual({
        userData: expect.stringMatching(/^#cloud-config\n/) as string,
        ami: "newest-of-amd64",
        instanceType: expect.any(String) as string,
        subnetId: expect.stringMatching(
          name === "bastion" ? /^puppet-network-public-id$/ : /^puppet-network-private-[12]-id$/,
        ) as string,
        vpcSecurityGroupIds: [`puppet-${roles[name] ?? name}-id`],
        associatePublicIpAddress: false,
        keyName: "puppet-key",
        iamInstanceProfile: "puppet-profile",
        metadataOptions: {
          httpEndpoint: "enabled",
          httpTokens: "required",
          httpPutResponseHopLimit: 1,
        },
        rootBlockDevice: {
          volumeType: "gp3",
          volumeSize: name === "bastion" ? 8 : 20,
          encrypted: true,
          tags: { ...tags, Name: name },
        },
        tags: { ...tags, Name: `${name}.example.test` },
      });
    }
  });

  it("have the types in the settings, and the image for their architecture", async () => {
    const of = await composeAws({
      bastion: { ...bastion, type: "t4g.micro" },
      instances: {
        main: { type: "r7i.large" },
        loadBalancer: { type: "c7g.large", rootVolume: 30 },
        compiler: { image: "ami-0123456789abcdef0" },
      },
    });
    const shown = instances(of).map(({ name, inputs, ignoreChanges }) => [
      name,
      inputs.instanceType,
      inputs.ami,
      (inputs.rootBlockDevice as { volumeSize: number }).volumeSize,
      ignoreChanges,
    ]);
    expect(shown.sort()).toEqual([
      ["balancer", "c7g.large", "newest-of-arm64", 30, ["userData", "ami"]],
      ["bastion", "t4g.micro", "newest-of-arm64", 8, ["userData", "ami"]],
      // A given image is used as it is: with a different image, the machine is replaced.
      ["compiler1", "c7i.xlarge", "ami-0123456789abcdef0", 20, ["userData"]],
      ["compiler2", "c7i.xlarge", "ami-0123456789abcdef0", 20, ["userData"]],
      ["main", "r7i.large", "newest-of-amd64", 20, ["userData", "ami"]],
      ["puppetdb", "m7i.large", "newest-of-amd64", 20, ["userData", "ami"]],
    ]);
  });

  it("have no permissions in AWS except for Session Manager", () => {
    for (const of of [composed, throughBastion]) {
      const [role, ...others] = of.ofType("iam/role:Role");
      expect(others).toEqual([]);
      expect(role?.inputs.assumeRolePolicy).toMatchObject({
        Statement: [
          {
            Effect: "Allow",
            Action: "sts:AssumeRole",
            Principal: { Service: "ec2.amazonaws.com" },
          },
        ],
      });
      expect(role?.inputs.inlinePolicies).toBeUndefined();
      expect(role?.inputs.managedPolicyArns).toBeUndefined();
      expect(
        of.registrations
          .filter(({ type }) => type.startsWith("aws:iam/"))
          .map(({ type }) => type)
          .sort(),
      ).toEqual([
        "aws:iam/instanceProfile:InstanceProfile",
        "aws:iam/role:Role",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
      ]);
      expect(of.ofType("iam/rolePolicyAttachment:RolePolicyAttachment")[0]?.inputs).toEqual({
        role: "puppet-role",
        policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
      });
    }
  });

  it("have no public address, except for NAT gateway and bastion", () => {
    const addresses = (of: ComposedAws) =>
      of.ofType("ec2/eip:Eip").map(({ name, inputs }) => [name, inputs.instance]);
    expect(addresses(composed)).toEqual([["puppet-network-nat", undefined]]);
    expect(addresses(throughBastion)).toEqual([
      ["puppet-network-nat", undefined],
      ["bastion", "bastion-id"],
    ]);
    for (const { inputs } of throughBastion.ofType("ec2/subnet:Subnet")) {
      expect(inputs.mapPublicIpOnLaunch).toBe(false);
    }
  });

  it("get their host keys, which are only in resources as secrets", () => {
    for (const { name, inputs, secrets } of throughBastion.registrations) {
      const open = Object.entries(inputs).filter(([input]) => !secrets.includes(input));
      expect(JSON.stringify(open), name).not.toContain("PRIVATE KEY");
    }
    for (const name of [...names, "bastion"]) {
      const own = privateKeyOf(`${name}-ssh-key`, "host").split("\n")[1] ?? "";
      expect(throughBastion.find(name, instanceType).secrets).toContain("userData");
      expect(userDataOf(throughBastion, name)).toContain(own);
      expect(userDataOf(throughBastion, name).match(/\/host$/gm)).toHaveLength(1);
    }
  });
});

describe("the Availability Zones", () => {
  it("are the region's in order, each with a private subnet", async () => {
    const { ofType } = await composeAws({ vpc: { zones: 3, cidr: "10.7.0.0/20" } });
    const subnets = ofType("ec2/subnet:Subnet").map(({ name, inputs }) => [
      name,
      inputs.cidrBlock,
      inputs.availabilityZone,
    ]);
    expect(subnets.sort()).toEqual([
      ["puppet-network-private-1", "10.7.0.0/22", "zone-a"],
      ["puppet-network-private-2", "10.7.4.0/22", "zone-b"],
      ["puppet-network-private-3", "10.7.8.0/22", "zone-c"],
      ["puppet-network-public", "10.7.12.0/22", "zone-a"],
    ]);
  });

  it("have an even share of compilers, none of which moves when another one is removed", async () => {
    const vpc = { zones: 3 };
    const seven = zonesOf(await composeAws({ vpc }, { compilers: 7 }));
    const counts = [1, 2, 3].map(
      (zone) =>
        Object.entries(seven).filter(
          ([name, subnet]) =>
            name.startsWith("compiler") && subnet === `puppet-network-private-${String(zone)}-id`,
        ).length,
    );
    expect(counts).toEqual([3, 2, 2]);
    const fewer = zonesOf(
      await composeAws({ vpc }, { compilers: ["compiler7", "compiler2", "compiler5"] }),
    );
    for (const name of ["compiler2", "compiler5", "compiler7", "main", "balancer"]) {
      expect(fewer[name], name).toBe(seven[name]);
    }
  });
});

describe("the data volumes", () => {
  const volumes = (of: ComposedAws) =>
    of
      .ofType("ebs/volume:Volume")
      .map(({ name, inputs, protect }) => ({ name, ...inputs, protect }));
  const volume = (name: string, size: number, holds: string, zone = "zone-a") => ({
    name,
    size,
    availabilityZone: zone,
    type: "gp3",
    encrypted: true,
    tags: { ...tags, Name: name, Data: holds },
    protect: true,
  });

  it("are encrypted, protected, and tagged with what they hold", async () => {
    expect(volumes(composed)).toEqual([
      volume("main-data", 10, "CA"),
      volume("puppetdb-data", 100, "PostgreSQL"),
    ]);
    const sizes = { dataVolumes: { main: 20, puppetdb: 200 }, tags };
    expect(volumes(await composeAws(sizes, { puppetdb: { host: "main" } }))).toEqual([
      volume("main-data", 220, "CA and PostgreSQL"),
    ]);
    expect(volumes(await composeAws(sizes, { puppetdb: { host: "none" } }))).toEqual([
      volume("main-data", 20, "CA"),
    ]);
  });

  it("are attached to their hosts, and never detached from a running one", () => {
    for (const name of ["main", "puppetdb"]) {
      const { inputs, deleteBeforeReplace } = composed.find(
        `${name}-data`,
        "aws:ec2/volumeAttachment:VolumeAttachment",
      );
      expect(inputs).toEqual({
        instanceId: `${name}-id`,
        volumeId: `vol-${name}data`,
        deviceName: "/dev/sdf",
        stopInstanceBeforeDetaching: true,
      });
      expect(deleteBeforeReplace).toBe(true);
    }
  });

  it("are attached, with their folders, before a host is ready", () => {
    const script = (name: string) =>
      String(throughBastion.find(`${name}-ready`, remote).inputs.stdin);
    expect(script("main")).toMatch(/serial=volmaindata /);
    expect(script("main").match(/^ {2}keep .*/gm)).toEqual([
      "  keep /etc/puppet/puppetserver/ca",
      "  keep /var/lib/puppet/ssl",
      "  keep /var/lib/pulumi-puppet/authority",
    ]);
    expect(script("puppetdb").match(/^ {2}keep .*/gm)).toEqual([
      "  keep /var/lib/postgresql",
      "  keep /etc/postgresql",
      "  keep /var/backups/puppetdb",
    ]);
    for (const name of ["balancer", "compiler1"]) expect(script(name)).not.toContain("keep ");
  });
});
