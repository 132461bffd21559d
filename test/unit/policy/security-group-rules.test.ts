import { describe, expect, it } from "vitest";
import { example, unknownFromEngine } from "../../support/policy.js";
import { openNetworks, trafficOf } from "../../../policy/security-group-rules.js";

const ssh = { fromPort: 22, toPort: 22 };

describe("the traffic of security groups", () => {
  it.each([
    {
      type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      props: { ...ssh, ipProtocol: "tcp", cidrIpv4: "10.0.0.0/8" },
      direction: "ingress",
      networks: ["10.0.0.0/8"],
    },
    {
      type: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
      props: { ...ssh, ipProtocol: "tcp", cidrIpv6: "fd00::/8" },
      direction: "egress",
      networks: ["fd00::/8"],
    },
    {
      type: "aws:ec2/securityGroupRule:SecurityGroupRule",
      props: { ...ssh, type: "egress", protocol: 6, cidrBlocks: ["10.0.0.0/8", "10.1.0.0/16"] },
      direction: "egress",
      networks: ["10.0.0.0/8", "10.1.0.0/16"],
    },
    {
      type: "aws:ec2/securityGroup:SecurityGroup",
      props: { ingress: [{ ...ssh, protocol: "TCP", ipv6CidrBlocks: ["fd00::/8"] }] },
      direction: "ingress",
      networks: ["fd00::/8"],
    },
    {
      type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
      props: { egress: [{ ...ssh, protocol: "6", cidrBlocks: ["10.0.0.0/8"] }] },
      direction: "egress",
      networks: ["10.0.0.0/8"],
    },
  ])("is read from $type", ({ type, props, direction, networks }) => {
    expect(trafficOf(example(type, props))).toEqual([
      { direction, networks, protocol: "tcp", ports: [22, 22] },
    ]);
  });

  it.each([
    { given: { protocol: "-1", fromPort: 0, toPort: 0 }, protocol: "all", ports: [0, 65535] },
    { given: { protocol: "all" }, protocol: "all", ports: [0, 65535] },
    { given: { protocol: "tcp", fromPort: -1, toPort: -1 }, protocol: "tcp", ports: [0, 65535] },
    { given: { protocol: "tcp", fromPort: "20", toPort: "30" }, protocol: "tcp", ports: [20, 30] },
    { given: { protocol: "udp", fromPort: 22, toPort: 22 }, protocol: "other", ports: [22, 22] },
  ])("is of $protocol with $given", ({ given, protocol, ports }) => {
    const subject = example("aws:ec2/securityGroup:SecurityGroup", {
      ingress: [{ ...given, cidrBlocks: ["10.0.0.0/8"] }],
    });
    expect(trafficOf(subject)).toMatchObject([{ protocol, ports }]);
  });

  it("omits what is not known, and keeps the rest", () => {
    const rule = { ...ssh, protocol: "tcp", cidrBlocks: [unknownFromEngine, "10.0.0.0/8"] };
    const subject = example("aws:ec2/securityGroup:SecurityGroup", {
      ingress: [unknownFromEngine, { ...rule, fromPort: unknownFromEngine }, rule],
      egress: unknownFromEngine,
    });
    expect(trafficOf(subject)).toMatchObject([{ networks: ["10.0.0.0/8"] }]);
  });

  it("is empty for other resources", () => {
    expect(trafficOf(example("aws:ec2/vpc:Vpc", { ingress: [ssh] }))).toEqual([]);
  });
});

describe("a network", () => {
  const textOf = (network: string) =>
    openNetworks({ direction: "ingress", networks: [network], protocol: "tcp", ports: [22, 22] })[0]
      ?.text;

  it.each([
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["128.0.0.0/1", "a network wider than /8"],
    ["12.0.0.0/7", "a network wider than /8"],
    ["::/0", "::/0"],
    ["0:0::/0", "::/0"],
    ["2000::/3", "a network wider than /7"],
  ])("%s is open", (network, text) => expect(textOf(network)).toBe(text));

  it.each(["10.0.0.0/8", "203.0.113.7/32", "fc00::/7", "2001:db8::/32", "none", "10.0.0.0", "::"])(
    "%s is not",
    (network) => expect(textOf(network)).toBeUndefined(),
  );
});
