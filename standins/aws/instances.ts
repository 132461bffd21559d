import type { CheckFailure } from "../framework/resource.js";
import type { InputTypes } from "../framework/schema.js";
import type { PropertyMap } from "../framework/values.js";
import { type Description, exactlyOneOf, longerThan, textOf } from "./description.js";
import { arn, digest, ec2Id } from "./identifiers.js";
import { zoneOf } from "./network-ids.js";
import { publicAddress } from "./network.js";
import { freeAddress, takeAddress } from "./private-addresses.js";
import {
  count,
  flag,
  object,
  objects,
  optional,
  regionalAndTagged,
  required,
  text,
  textMap,
  texts,
} from "./types.js";

/** The longest user data that AWS accepts. */
const longestUserData = 16_384;

const blockDevice: InputTypes = {
  ...optional(flag, "deleteOnTermination", "encrypted"),
  ...optional(text, "deviceName", "kmsKeyId", "volumeId", "volumeType"),
  ...optional(count, "iops", "throughput", "volumeSize"),
  ...optional(textMap, "tags", "tagsAll"),
};

const parts: InputTypes = {
  capacityReservationSpecification: object({
    ...optional(text, "capacityReservationPreference"),
    capacityReservationTarget: object(
      optional(text, "capacityReservationId", "capacityReservationResourceGroupArn"),
    ),
  }),
  cpuOptions: object({
    ...optional(text, "amdSevSnp", "nestedVirtualization"),
    ...optional(count, "coreCount", "threadsPerCore"),
  }),
  creditSpecification: object(optional(text, "cpuCredits")),
  ebsBlockDevices: objects({
    ...blockDevice,
    ...required(text, "deviceName"),
    ...optional(text, "snapshotId"),
  }),
  enclaveOptions: object(optional(flag, "enabled")),
  ephemeralBlockDevices: objects({
    ...required(text, "deviceName"),
    ...optional(flag, "noDevice"),
    ...optional(text, "virtualName"),
  }),
  instanceMarketOptions: object({
    ...optional(text, "marketType"),
    spotOptions: object(
      optional(text, "instanceInterruptionBehavior", "maxPrice", "spotInstanceType", "validUntil"),
    ),
  }),
  launchTemplate: object(optional(text, "id", "name", "version")),
  maintenanceOptions: object(optional(text, "autoRecovery")),
  metadataOptions: object({
    ...optional(text, "httpEndpoint", "httpProtocolIpv6", "httpTokens", "instanceMetadataTags"),
    ...optional(count, "httpPutResponseHopLimit"),
  }),
  networkInterfaces: objects({
    ...required(count, "deviceIndex"),
    ...required(text, "networkInterfaceId"),
    ...optional(flag, "deleteOnTermination"),
    ...optional(count, "networkCardIndex"),
  }),
  primaryNetworkInterface: object({
    ...required(text, "networkInterfaceId"),
    ...optional(flag, "deleteOnTermination"),
  }),
  privateDnsNameOptions: object({
    ...optional(flag, "enableResourceNameDnsARecord", "enableResourceNameDnsAaaaRecord"),
    ...optional(text, "hostnameType"),
  }),
  rootBlockDevice: object(blockDevice),
  secondaryNetworkInterfaces: objects({
    ...required(count, "networkCardIndex"),
    ...required(text, "secondarySubnetId"),
    ...optional(flag, "deleteOnTermination", "sourceDestCheck"),
    ...optional(count, "deviceIndex", "privateIpAddressCount"),
    ...optional(text, "interfaceType", "macAddress", "secondaryInterfaceId"),
    ...optional(text, "secondaryNetworkId", "status"),
    ...optional(texts, "privateIpAddresses"),
  }),
};

/** Instances, and their key pairs. */
export const instanceTypes: Readonly<Record<string, Description>> = {
  "aws:ec2/instance:Instance": {
    inputs: {
      ...optional(flag, "associatePublicIpAddress", "disableApiStop", "disableApiTermination"),
      ...optional(flag, "ebsOptimized", "enablePrimaryIpv6", "forceDestroy", "getPasswordData"),
      ...optional(flag, "hibernation", "monitoring", "sourceDestCheck", "userDataReplaceOnChange"),
      ...optional(text, "ami", "availabilityZone", "hostId", "hostResourceGroupArn"),
      ...optional(text, "iamInstanceProfile", "instanceInitiatedShutdownBehavior", "instanceType"),
      ...optional(text, "keyName", "placementGroup", "placementGroupId", "privateIp", "subnetId"),
      ...optional(text, "tenancy", "userData", "userDataBase64"),
      ...optional(count, "ipv6AddressCount", "placementPartitionNumber"),
      ...optional(texts, "ipv6Addresses", "secondaryPrivateIps", "securityGroups"),
      ...optional(texts, "vpcSecurityGroupIds"),
      ...optional(textMap, "volumeTags"),
      ...parts,
      ...regionalAndTagged,
    },
    replaces: [
      ...["ami", "associatePublicIpAddress", "availabilityZone", "cpuOptions", "ebsBlockDevices"],
      ...["ebsOptimized", "enclaveOptions", "ephemeralBlockDevices", "hibernation", "hostId"],
      ...["instanceMarketOptions", "ipv6AddressCount", "ipv6Addresses", "keyName"],
      ...["launchTemplate", "networkInterfaces", "placementGroup", "placementGroupId"],
      ...["placementPartitionNumber", "primaryNetworkInterface", "privateDnsNameOptions"],
      ...["privateIp", "rootBlockDevice.encrypted", "rootBlockDevice.kmsKeyId"],
      ...["secondaryNetworkInterfaces", "securityGroups", "subnetId", "tenancy"],
    ],
    replacesWhen: (path, { userDataReplaceOnChange }) =>
      userDataReplaceOnChange === true && (path === "userData" || path === "userDataBase64"),
    failures: instanceFailures,
    id: ec2Id("i"),
    computed: ({ id, region, inputs }) => {
      const subnetId =
        textOf(inputs.subnetId) || `subnet-${digest("default", region).slice(0, 17)}`;
      const privateIp = textOf(inputs.privateIp) || freeAddress(subnetId, id);
      const publicIp = inputs.associatePublicIpAddress === true ? publicAddress(id) : "";
      const publicHost = `ec2-${publicIp.replaceAll(".", "-")}.${region}.compute.amazonaws.com`;
      return {
        ami: "",
        arn: arn("ec2", region, `instance/${id}`),
        associatePublicIpAddress: false,
        availabilityZone: zoneOf(subnetId, region),
        disableApiStop: false,
        disableApiTermination: false,
        ebsBlockDevices: [],
        ebsOptimized: false,
        hostId: "",
        iamInstanceProfile: "",
        instanceInitiatedShutdownBehavior: "stop",
        instanceState: "running",
        instanceType: "",
        ipv6Addresses: [],
        keyName: "",
        metadataOptions: {
          httpEndpoint: "enabled",
          httpProtocolIpv6: "disabled",
          httpPutResponseHopLimit: 1,
          httpTokens: "optional",
          instanceMetadataTags: "disabled",
        },
        monitoring: false,
        placementGroup: "",
        primaryNetworkInterfaceId: id.replace("i-", "eni-"),
        privateDns: `ip-${privateIp.replaceAll(".", "-")}.${region}.compute.internal`,
        privateIp,
        publicDns: publicIp === "" ? "" : publicHost,
        publicIp,
        rootBlockDevice: {
          deleteOnTermination: true,
          deviceName: "/dev/xvda",
          encrypted: false,
          iops: 3000,
          throughput: 125,
          volumeId: id.replace("i-", "vol-"),
          volumeSize: 8,
          volumeType: "gp3",
        },
        secondaryPrivateIps: [],
        securityGroups: [],
        subnetId,
        tenancy: "default",
        vpcSecurityGroupIds: [],
      };
    },
    seen: ({ subnetId, privateIp }) => takeAddress(textOf(subnetId), textOf(privateIp)),
    refusesDelete: ({ id, disableApiTermination, forceDestroy }) =>
      disableApiTermination === true && forceDestroy !== true
        ? `terminating EC2 Instance (${textOf(id)}): OperationNotPermitted: The instance may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`
        : undefined,
  },

  "aws:ec2/keyPair:KeyPair": {
    inputs: {
      ...required(text, "publicKey"),
      ...optional(text, "keyName", "keyNamePrefix"),
      ...regionalAndTagged,
    },
    autoName: { input: "keyName", separator: "-", longest: 255 },
    replaces: ["keyName", "keyNamePrefix", "publicKey"],
    id: (seed, inputs) => textOf(inputs.keyName) || keyName(seed, inputs),
    computed: ({ id, region, inputs }) => ({
      arn: arn("ec2", region, `key-pair/${id}`),
      fingerprint: digest(textOf(inputs.publicKey))
        .slice(0, 32)
        .replace(/..(?!$)/g, "$&:"),
      keyName: id,
      keyPairId: ec2Id("key")(digest(id)),
      keyType: textOf(inputs.publicKey).startsWith("ssh-rsa") ? "rsa" : "ed25519",
    }),
  },
};

function keyName(seed: string, { keyNamePrefix }: PropertyMap): string {
  return textOf(keyNamePrefix) + seed.slice(0, 26);
}

function instanceFailures(inputs: PropertyMap): CheckFailure[] {
  const failures = longerThan(longestUserData, "userData", inputs);
  for (const name of ["ami", "instanceType"]) {
    if (name in inputs || "launchTemplate" in inputs) continue;
    failures.push({ property: name, reason: `one of launchTemplate, ${name} must be given` });
  }
  const both = ["userData", "userDataBase64"];
  if (both.every((name) => name in inputs)) failures.push(...exactlyOneOf(...both)(inputs));
  return failures;
}
