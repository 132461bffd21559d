import type { PluginFunction } from "../framework/resource.js";
import { type PropertyMap, secret, unmarked } from "../framework/values.js";
import { textOf } from "./description.js";
import { canonical, arn, digest, ec2Id, numberBelow } from "./identifiers.js";
import { instanceSize } from "./instance-sizes.js";
import { cidrOf, usualZones, vpcOf, zoneOf } from "./network-ids.js";
import { accountId, provider } from "./provider.js";

const image = ec2Id("ami");

/** Queries that programs can send to AWS. The answers depend only on the queries. */
export const functions: Readonly<Record<string, PluginFunction>> = {
  "aws:index/getAvailabilityZones:getAvailabilityZones": answer((args, region) => ({
    ...args,
    groupNames: [`${region}-zg-1`],
    id: region,
    names: usualZones.map((zone) => region + zone),
    zoneIds: usualZones.map((_zone, index) => `${region}-az${index + 1}`),
  })),

  "aws:index/getRegion:getRegion": answer((_args, region) => ({
    description: `Region ${region}`,
    endpoint: `ec2.${region}.amazonaws.com`,
    id: region,
    name: region,
  })),

  "aws:index/getCallerIdentity:getCallerIdentity": answer(() => ({
    accountId,
    arn: arn("iam", "", "user/stub"),
    id: accountId,
    userId: "AIDASTUBSTUBSTUBSTUB",
  })),

  "aws:ssm/getParameter:getParameter": answer((args, region) => {
    const name = textOf(args.name);
    if (!name.startsWith("/aws/service/")) {
      throw new Error(`reading SSM Parameter (${name}): couldn't find resource: ParameterNotFound`);
    }
    const value = image(digest("parameter", region, name));
    return {
      arn: `arn:aws:ssm:${region}::parameter${name}`,
      id: name,
      insecureValue: value,
      name,
      type: "String",
      value: secret(value),
      version: 1,
      withDecryption: args.withDecryption ?? true,
    };
  }),

  "aws:ec2/getSubnet:getSubnet": answer((args, region) => {
    const id = byId("EC2 Subnet", args);
    return {
      arn: arn("ec2", region, `subnet/${id}`),
      assignIpv6AddressOnCreation: false,
      availabilityZone: zoneOf(id, region),
      availabilityZoneId: `${region}-az-${zoneOf(id, "")}`,
      availableIpAddressCount: 200,
      cidrBlock: cidrOf(id),
      defaultForAz: false,
      id,
      mapPublicIpOnLaunch: false,
      ownerId: accountId,
      state: "available",
      tags: {},
      vpcId: vpcOf(id),
    };
  }),

  "aws:ec2/getVpc:getVpc": answer((args, region) => {
    const id = byId("EC2 VPC", args);
    return {
      arn: arn("ec2", region, `vpc/${id}`),
      cidrBlock: cidrOf(id),
      cidrBlockAssociations: [
        {
          associationId: id.replace("vpc", "vpc-cidr-assoc"),
          cidrBlock: cidrOf(id),
          state: "associated",
        },
      ],
      default: false,
      dhcpOptionsId: id.replace("vpc", "dopt"),
      enableDnsHostnames: true,
      enableDnsSupport: true,
      id,
      instanceTenancy: "default",
      mainRouteTableId: id.replace("vpc", "rtb"),
      ownerId: accountId,
      state: "available",
      tags: {},
    };
  }),

  "aws:ec2/getInstanceType:getInstanceType": answer((args) => {
    const instanceType = textOf(args.instanceType);
    const size = instanceSize(instanceType);
    if (size === undefined) {
      throw new Error(
        `reading EC2 Instance Type (${instanceType}): InvalidInstanceType: The following supplied instance types do not exist: [${instanceType}]`,
      );
    }
    return {
      bareMetal: false,
      burstablePerformanceSupported: size.burstable,
      currentGeneration: true,
      defaultCores: Math.ceil(size.cpus / 2),
      defaultThreadsPerCore: size.architecture === "arm64" ? 1 : 2,
      defaultVcpus: size.cpus,
      ebsNvmeSupport: "required",
      ebsOptimizedSupport: "default",
      hypervisor: "nitro",
      id: instanceType,
      instanceStorageSupported: false,
      instanceType,
      memorySize: size.memory,
      supportedArchitectures: [size.architecture],
      supportedRootDeviceTypes: ["ebs"],
    };
  }),

  "aws:ec2/getAmi:getAmi": answer((args, region) => {
    const id = image(digest("image", region, canonical(args)));
    const architecture = filtered(args, "architecture") || "x86_64";
    const rootDeviceName = "/dev/xvda";
    return {
      ...args,
      architecture,
      arn: `arn:aws:ec2:${region}::image/${id}`,
      blockDeviceMappings: [{ deviceName: rootDeviceName, ebs: { volume_size: "8" } }],
      creationDate: "2026-01-01T00:00:00.000Z",
      hypervisor: "xen",
      id,
      imageId: id,
      imageType: "machine",
      name: filtered(args, "name").replaceAll("*", "stub"),
      ownerId: String(numberBelow(10 ** 12, canonical(args.owners ?? []))).padStart(12, "0"),
      public: true,
      rootDeviceName,
      rootDeviceType: "ebs",
      rootSnapshotId: id.replace("ami", "snap"),
      state: "available",
      tags: {},
      virtualizationType: "hvm",
    };
  }),
};

/** Answers for the region in the query. */
function answer(ask: (args: PropertyMap, region: string) => PropertyMap): PluginFunction {
  return (given) => {
    const args = unmarked(given) as PropertyMap;
    const region = textOf(args.region) || provider.region;
    return { ...ask(args, region), region };
  };
}

function byId(kind: string, { id }: PropertyMap): string {
  if (textOf(id) === "") throw new Error(`reading ${kind}: this stub finds it by its id only`);
  return textOf(id);
}

/** The first value of a filter. */
function filtered({ filters }: PropertyMap, name: string): string {
  const filter = (Array.isArray(filters) ? (filters as PropertyMap[]) : []).find(
    (candidate) => candidate.name === name,
  );
  return Array.isArray(filter?.values) ? textOf(filter.values[0]) : "";
}
