import { describe, expect, it } from "vitest";
import { awsConfig, example, unknownFromEngine } from "../../support/policy.js";
import { noOpenNetworks } from "../../../policy/no-open-networks.js";
import { openingsIn } from "../../../policy/stack-settings.js";

const everybody = ["0.0.0.0/0"];
const judge = (
  type: "ingress" | "egress",
  rule: Readonly<Record<string, unknown>>,
  aws: Readonly<Record<string, unknown>> = {},
  more: Readonly<Record<string, unknown>> = {},
) =>
  noOpenNetworks.violations(
    example("aws:ec2/securityGroupRule:SecurityGroupRule", { type, protocol: "tcp", ...rule }),
    openingsIn(awsConfig(aws, more)),
  );
const port = (number: number, cidrBlocks: readonly string[] = everybody) => ({
  fromPort: number,
  toPort: number,
  cidrBlocks,
});

describe("no-open-networks", () => {
  it.each([
    ["ingress", 8140, "agentSources"],
    ["ingress", 8404, "operatorSources"],
    ["ingress", 8082, "operatorSources"],
    ["ingress", 9000, "webhookSources"],
    ["egress", 80, "outbound"],
    ["egress", 443, "outbound"],
  ] as const)("accepts %s %i only if %s has the network", (direction, number, setting) => {
    expect(judge(direction, port(number), { [setting]: everybody })).toEqual([]);
    const [sentence, ...more] = judge(direction, port(number), { [setting]: ["10.0.0.0/8"] });
    expect(sentence).toContain(
      `; write only the networks that are needed, or add this one to puppet:aws.${setting}.`,
    );
    expect(more).toEqual([]);
  });

  it("says what is open", () => {
    expect(judge("ingress", port(8140))[0]).toContain("example lets 0.0.0.0/0 reach port 8140;");
    expect(judge("egress", port(443))[0]).toContain("example may reach port 443 in 0.0.0.0/0;");
  });

  it("accepts only the exact network in the settings", () => {
    expect(judge("ingress", port(8140, ["0.0.0.0/1"]), { agentSources: everybody })).toHaveLength(
      1,
    );
    const six = { fromPort: 8140, toPort: 8140, ipv6CidrBlocks: ["::/0"] };
    expect(judge("ingress", six, { agentSources: everybody })).toHaveLength(1);
  });

  it("accepts a port from the setting of another product", () => {
    const existing = {
      host: "existing",
      url: "https://foreman.example.com:9443",
      password: "x".repeat(8),
    };
    const opened = { outbound: everybody, foremanSources: everybody };
    for (const [direction, number] of [
      ["egress", 9443],
      ["ingress", 8443],
    ] as const) {
      expect(judge(direction, port(number), opened)).toHaveLength(1);
      expect(judge(direction, port(number), opened, { foreman: existing })).toEqual([]);
    }
  });

  it("accepts a list only for its own direction and ports", () => {
    const all = {
      agentSources: everybody,
      operatorSources: everybody,
      webhookSources: everybody,
      outbound: everybody,
      bastion: { allowedSources: everybody },
    };
    expect(judge("ingress", port(443), all)).toHaveLength(1);
    expect(judge("egress", port(8140), all)).toHaveLength(1);
    expect(judge("ingress", port(22), all)).toEqual([
      "example lets 0.0.0.0/0 reach port 22; write only the networks that are needed.",
    ]);
  });

  it("requires a rule for each port", () => {
    const range = { fromPort: 8082, toPort: 8404, cidrBlocks: everybody };
    expect(judge("ingress", range, { operatorSources: everybody })).toEqual([
      "example lets 0.0.0.0/0 reach ports 8082 to 8404; write only the networks that are needed, and a rule for each port.",
    ]);
    const all = { protocol: "-1", cidrBlocks: everybody };
    expect(judge("egress", all, { outbound: everybody })).toEqual([
      "example may reach everything in 0.0.0.0/0; write only the networks that are needed, and a rule for each port.",
    ]);
    const ping = { protocol: "icmp", fromPort: -1, toPort: -1, cidrBlocks: everybody };
    expect(judge("ingress", ping)).toEqual([
      "example lets 0.0.0.0/0 reach protocols other than TCP; write only the networks that are needed.",
    ]);
  });

  it("accepts what is closed, and what is not known", () => {
    expect(judge("ingress", port(8140, ["10.0.0.0/8"]))).toEqual([]);
    expect(judge("ingress", port(8140, [unknownFromEngine]))).toEqual([]);
    expect(judge("egress", { ...port(443), toPort: unknownFromEngine })).toEqual([]);
  });
});
