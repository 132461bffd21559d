import type { InputTypes } from "../framework/schema.js";
import { type Description, textOf } from "./description.js";
import { arn, ec2Id, numberBelow } from "./identifiers.js";
import { networkId, zoneOf } from "./network-ids.js";
import { freeAddress } from "./private-addresses.js";
import { accountId } from "./provider.js";
import {
  count,
  flag,
  objects,
  optional,
  regionalAndTagged,
  required,
  text,
  texts,
} from "./types.js";

/** VPCs and subnets, and their gateways. */
export const networkTypes: Readonly<Record<string, Description>> = {
  "aws:ec2/vpc:Vpc": {
    inputs: {
      ...optional(flag, "assignGeneratedIpv6CidrBlock", "enableDnsHostnames", "enableDnsSupport"),
      ...optional(flag, "enableNetworkAddressUsageMetrics"),
      ...optional(text, "cidrBlock", "instanceTenancy", "ipv4IpamPoolId", "ipv6CidrBlock"),
      ...optional(text, "ipv6CidrBlockNetworkBorderGroup", "ipv6IpamPoolId"),
      ...optional(count, "ipv4NetmaskLength", "ipv6NetmaskLength"),
      ...regionalAndTagged,
    },
    replaces: ["cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"],
    replacesWhen: (path, { instanceTenancy }) =>
      // A VPC on dedicated hardware can be moved to shared hardware.
      path === "instanceTenancy" && instanceTenancy !== "default",
    id: (seed, { cidrBlock }) => networkId("vpc", textOf(cidrBlock), "", seed),
    computed: ({ id, region }) => ({
      arn: arn("ec2", region, `vpc/${id}`),
      cidrBlock: "",
      defaultNetworkAclId: id.replace("vpc", "acl"),
      defaultRouteTableId: id.replace("vpc", "rtb"),
      defaultSecurityGroupId: id.replace("vpc", "sg"),
      dhcpOptionsId: id.replace("vpc", "dopt"),
      enableDnsHostnames: false,
      enableNetworkAddressUsageMetrics: false,
      mainRouteTableId: id.replace("vpc", "rtb"),
      ownerId: accountId,
    }),
  },

  "aws:ec2/subnet:Subnet": {
    inputs: {
      ...required(text, "vpcId"),
      ...optional(flag, "assignIpv6AddressOnCreation", "enableDns64", "ipv6Native"),
      ...optional(flag, "enableResourceNameDnsARecordOnLaunch"),
      ...optional(flag, "enableResourceNameDnsAaaaRecordOnLaunch", "mapCustomerOwnedIpOnLaunch"),
      ...optional(flag, "mapPublicIpOnLaunch"),
      ...optional(text, "availabilityZone", "availabilityZoneId", "cidrBlock"),
      ...optional(text, "customerOwnedIpv4Pool", "ipv4IpamPoolId", "ipv6CidrBlock"),
      ...optional(text, "ipv6IpamPoolId", "outpostArn", "privateDnsHostnameTypeOnLaunch"),
      ...optional(count, "enableLniAtDeviceIndex", "ipv4NetmaskLength", "ipv6NetmaskLength"),
      ...regionalAndTagged,
    },
    replaces: [
      ...["availabilityZone", "availabilityZoneId", "cidrBlock", "ipv4IpamPoolId"],
      ...["ipv4NetmaskLength", "ipv6Native", "outpostArn", "vpcId"],
    ],
    id: (seed, { cidrBlock, availabilityZone }) =>
      networkId("subnet", textOf(cidrBlock), textOf(availabilityZone), seed),
    computed: ({ id, region }) => ({
      arn: arn("ec2", region, `subnet/${id}`),
      availabilityZone: zoneOf(id, region),
      availabilityZoneId: `${region}-az-${zoneOf(id, "")}`,
      ownerId: accountId,
      privateDnsHostnameTypeOnLaunch: "ip-name",
    }),
  },

  "aws:ec2/internetGateway:InternetGateway": {
    inputs: { ...optional(text, "vpcId"), ...regionalAndTagged },
    replaces: [],
    id: ec2Id("igw"),
    computed: ({ id, region }) => ({
      arn: arn("ec2", region, `internet-gateway/${id}`),
      ownerId: accountId,
    }),
  },

  "aws:ec2/eip:Eip": {
    inputs: {
      ...optional(text, "address", "associateWithPrivateIp", "customerOwnedIpv4Pool", "domain"),
      ...optional(text, "instance", "ipamPoolId", "networkBorderGroup", "networkInterface"),
      ...optional(text, "publicIpv4Pool"),
      ...regionalAndTagged,
    },
    replaces: [
      ...["address", "customerOwnedIpv4Pool", "domain", "ipamPoolId", "networkBorderGroup"],
      "publicIpv4Pool",
    ],
    id: ec2Id("eipalloc"),
    computed: ({ id, region, inputs }) => ({
      allocationId: id,
      arn: arn("ec2", region, `elastic-ip/${id}`),
      associationId: id.replace("eipalloc", "eipassoc"),
      domain: "vpc",
      instance: "",
      networkBorderGroup: region,
      networkInterface: "",
      privateIp: "",
      publicDns: `ec2-${publicAddress(id).replaceAll(".", "-")}.${region}.compute.amazonaws.com`,
      publicIp: textOf(inputs.address) || publicAddress(id),
      publicIpv4Pool: "amazon",
    }),
  },

  "aws:ec2/natGateway:NatGateway": {
    inputs: {
      ...optional(text, "allocationId", "availabilityMode", "connectivityType", "privateIp"),
      ...optional(text, "subnetId", "vpcId"),
      ...optional(texts, "secondaryAllocationIds", "secondaryPrivateIpAddresses"),
      ...optional(count, "secondaryPrivateIpAddressCount"),
      ...optional(
        objects({
          ...optional(texts, "allocationIds"),
          ...optional(text, "availabilityZone", "availabilityZoneId"),
        }),
        "availabilityZoneAddresses",
      ),
      ...regionalAndTagged,
    },
    replaces: [
      ...["allocationId", "availabilityMode", "connectivityType", "privateIp", "subnetId", "vpcId"],
    ],
    id: ec2Id("nat"),
    computed: ({ id, inputs }) => ({
      associationId: id.replace("nat", "eipassoc"),
      availabilityMode: "zonal",
      networkInterfaceId: id.replace("nat", "eni"),
      privateIp: freeAddress(textOf(inputs.subnetId), id),
      // The address of the Eip, which is derived from its id.
      publicIp:
        inputs.connectivityType === "private" ? "" : publicAddress(textOf(inputs.allocationId)),
    }),
  },

  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    inputs: {
      ...required(text, "vpcId"),
      ...optional(flag, "autoAccept", "privateDnsEnabled"),
      ...optional(text, "ipAddressType", "policy", "resourceConfigurationArn", "serviceName"),
      ...optional(text, "serviceNetworkArn", "serviceRegion", "vpcEndpointType"),
      ...optional(texts, "routeTableIds", "securityGroupIds", "subnetIds"),
      dnsOptions: {
        type: "object",
        properties: {
          ...optional(text, "dnsRecordIpType", "privateDnsPreference"),
          ...optional(flag, "privateDnsOnlyForInboundResolverEndpoint"),
          ...optional(texts, "privateDnsSpecifiedDomains"),
        },
      },
      subnetConfigurations: objects(optional(text, "ipv4", "ipv6", "subnetId")),
      ...regionalAndTagged,
    },
    replaces: [
      ...["resourceConfigurationArn", "serviceName", "serviceNetworkArn", "serviceRegion"],
      ...["vpcEndpointType", "vpcId"],
      ...["dnsOptions.privateDnsPreference", "dnsOptions.privateDnsSpecifiedDomains"],
    ],
    replacesWhen: (path, { vpcEndpointType }) =>
      path === "privateDnsEnabled" && vpcEndpointType !== "Interface",
    id: ec2Id("vpce"),
    computed: ({ id, region, inputs }) => ({
      arn: arn("ec2", region, `vpc-endpoint/${id}`),
      cidrBlocks: [],
      dnsEntries:
        inputs.vpcEndpointType === "Interface"
          ? [{ dnsName: `${id}.${textOf(inputs.serviceName)}.vpce.amazonaws.com` }]
          : [],
      dnsOptions: {},
      ipAddressType: "ipv4",
      networkInterfaceIds: [],
      ownerId: accountId,
      policy: "",
      prefixListId: id.replace("vpce", "pl"),
      privateDnsEnabled: false,
      requesterManaged: false,
      routeTableIds: [],
      securityGroupIds: [],
      serviceRegion: region,
      state: "available",
      subnetConfigurations: [],
      subnetIds: [],
    }),
  },

  "aws:ec2/vpcDhcpOptions:VpcDhcpOptions": {
    inputs: {
      ...optional(text, "domainName", "ipv6AddressPreferredLeaseTime", "netbiosNodeType"),
      ...optional(texts, "domainNameServers", "netbiosNameServers", "ntpServers"),
      ...regionalAndTagged,
    },
    replaces: [
      ...["domainName", "domainNameServers", "ipv6AddressPreferredLeaseTime"],
      ...["netbiosNameServers", "netbiosNodeType", "ntpServers"],
    ],
    id: ec2Id("dopt"),
    computed: ({ id, region }) => ({
      arn: arn("ec2", region, `dhcp-options/${id}`),
      ownerId: accountId,
    }),
  },

  "aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation": {
    inputs: { ...required(text, "dhcpOptionsId", "vpcId"), ...optional(text, "region") },
    replaces: ["dhcpOptionsId", "vpcId"],
    id: (_seed, { dhcpOptionsId, vpcId }) => `${textOf(dhcpOptionsId)}-${textOf(vpcId)}`,
    computed: () => ({}),
  },
};

const routeTargets: InputTypes = optional(
  text,
  ...["carrierGatewayId", "coreNetworkArn", "destinationPrefixListId", "egressOnlyGatewayId"],
  ...["gatewayId", "localGatewayId", "natGatewayId", "networkInterfaceId", "odbNetworkArn"],
  ...["transitGatewayId", "vpcEndpointId", "vpcPeeringConnectionId"],
);

/** Route tables and their routes. */
export const routeTypes: Readonly<Record<string, Description>> = {
  "aws:ec2/routeTable:RouteTable": {
    inputs: {
      ...required(text, "vpcId"),
      ...optional(texts, "propagatingVgws"),
      routes: objects({ ...optional(text, "cidrBlock", "ipv6CidrBlock"), ...routeTargets }),
      ...regionalAndTagged,
    },
    replaces: ["vpcId"],
    id: ec2Id("rtb"),
    computed: ({ id, region }) => ({
      arn: arn("ec2", region, `route-table/${id}`),
      ownerId: accountId,
      propagatingVgws: [],
      routes: [],
    }),
  },

  "aws:ec2/route:Route": {
    inputs: {
      ...required(text, "routeTableId"),
      ...optional(text, "destinationCidrBlock", "destinationIpv6CidrBlock", "region"),
      ...routeTargets,
    },
    replaces: [
      ...["destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"],
      "routeTableId",
    ],
    id: (seed, { routeTableId }) => `r-${textOf(routeTableId)}${parseInt(seed.slice(0, 8), 16)}`,
    computed: () => ({
      instanceId: "",
      instanceOwnerId: "",
      networkInterfaceId: "",
      origin: "CreateRoute",
      state: "active",
    }),
  },

  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    inputs: {
      ...required(text, "routeTableId"),
      ...optional(text, "gatewayId", "region", "subnetId"),
    },
    replaces: ["gatewayId", "subnetId"],
    id: ec2Id("rtbassoc"),
    computed: () => ({}),
  },
};

/** An address from a range that is not routed. */
export function publicAddress(id: string): string {
  const host = numberBelow(2 ** 17, "public", id);
  return `198.${18 + (host >> 16)}.${(host >> 8) & 255}.${host & 255}`;
}
