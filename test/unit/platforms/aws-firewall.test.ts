import { beforeAll, describe, expect, it } from "vitest";
import { connectionsOf, type Party } from "../../../platforms/connections.js";
import { composeAws, everythingInAws, type ComposedAws } from "../../support/unit/aws-platform.js";
import type { Registration } from "../../support/registrations.js";

let composed: ComposedAws;
let full: ComposedAws;
beforeAll(async () => {
  composed = await composeAws();
  full = await composeAws(everythingInAws, { codeDeployment: { behind: "leave" } });
});

const ingress = "vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const egress = "vpc/securityGroupEgressRule:SecurityGroupEgressRule";

/** One rule of a security group: the group's party, direction, port, the other end. */
type Rule = [string, "in" | "out", number, string];

/** The party of a security group's id. */
const partyOf = (id: unknown) => /^puppet-(\w+)-id$/.exec(String(id))?.[1] ?? String(id);

/** The rules that are created. */
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

/** The rules for the table of connections. */
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
  it("are one for each party, with exactly one rule for each end of a connection", () => {
    for (const of of [composed, full]) {
      expect(rulesOf(of)).toEqual(rulesWanted(of));
      const groups = of.ofType("ec2/securityGroup:SecurityGroup");
      expect(groups.map(({ name }) => name.replace("puppet-", "")).sort()).toEqual(
        [...new Set(rulesOf(of).map(([party]) => party))].sort(),
      );
      for (const { inputs } of groups) {
        // Inline rules of the group would be in addition to the table's.
        expect(inputs.ingress).toBeUndefined();
        expect(inputs.egress).toBeUndefined();
        expect(inputs.vpcId).toBe("puppet-network-id");
      }
    }
  });

  it("have these rules by default", () => {
    expect(textOf(rulesOf(composed))).toMatchSnapshot();
  });

  it("have these rules with every option", () => {
    expect(textOf(rulesOf(full))).toMatchSnapshot();
  });

  it("are not open to everyone, and have descriptions that AWS accepts", () => {
    for (const { inputs } of full.ofType(ingress)) expect(inputs.cidrIpv4).not.toBe("0.0.0.0/0");
    const described = [ingress, egress, "ec2/securityGroup:SecurityGroup"].flatMap(full.ofType);
    for (const { name, inputs } of described) {
      expect(String(inputs.description), name).toMatch(
        /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/,
      );
    }
  });
});
