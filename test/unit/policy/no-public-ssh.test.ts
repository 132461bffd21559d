import { describe, expect, it } from "vitest";
import { awsConfig, example, unknownFromEngine } from "../../support/policy.js";
import { noPublicSsh } from "../../../policy/no-public-ssh.js";
import { openingsIn } from "../../../policy/stack-settings.js";

const everything = openingsIn(
  awsConfig({
    operatorSources: ["0.0.0.0/0"],
    outbound: ["0.0.0.0/0"],
    bastion: { allowedSources: ["0.0.0.0/0"] },
  }),
);
const judge = (rule: Readonly<Record<string, unknown>>, type = "ingress") =>
  noPublicSsh.violations(
    example("aws:ec2/securityGroupRule:SecurityGroupRule", { type, ...rule }),
    everything,
  );

describe("no-public-ssh", () => {
  it.each([
    { protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["0.0.0.0/0"] },
    { protocol: "tcp", fromPort: 0, toPort: 1024, cidrBlocks: ["0.0.0.0/0"] },
    { protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] },
  ])("rejects $protocol ports $fromPort to $toPort, whatever the settings say", (rule) => {
    expect(judge(rule)).toEqual([
      "example lets 0.0.0.0/0 reach port 22; write the networks that SSH comes from, or the bastion's security group.",
    ]);
  });

  it.each([
    ["::/0", "::/0"],
    ["2000::/3", "a network wider than /7"],
  ])("rejects %s", (network, text) => {
    const rule = { protocol: "tcp", fromPort: 22, toPort: 22, ipv6CidrBlocks: [network] };
    expect(judge(rule)[0]).toContain(`example lets ${text} reach port 22;`);
  });

  it("rejects halves of the Internet", () => {
    const cidrBlocks = ["0.0.0.0/1", "128.0.0.0/1"];
    expect(judge({ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks })).toHaveLength(2);
  });

  it.each([
    { protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["10.0.0.0/8", "203.0.113.7/32"] },
    { protocol: "tcp", fromPort: 22, toPort: 22, sourceSecurityGroupId: "sg-1" },
    { protocol: "tcp", fromPort: 8140, toPort: 8140, cidrBlocks: ["0.0.0.0/0"] },
    { protocol: "udp", fromPort: 22, toPort: 22, cidrBlocks: ["0.0.0.0/0"] },
    { protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: unknownFromEngine },
    { protocol: "tcp", fromPort: unknownFromEngine, toPort: 22, cidrBlocks: ["0.0.0.0/0"] },
  ])("accepts $protocol $fromPort from $cidrBlocks", (rule) => expect(judge(rule)).toEqual([]));

  it("applies only to inbound connections", () => {
    const rule = { protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["0.0.0.0/0"] };
    expect(judge(rule, "egress")).toEqual([]);
  });
});
