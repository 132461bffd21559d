import { beforeAll, describe, expect, it } from "vitest";
import { compose, secretsIn, type Composed } from "../../support/infrastructure.js";
import { distributions } from "../../../distributions/index.js";
import { example, unknownFromEngine } from "../../support/policy.js";
import { rules } from "../../../policy/rules.js";

describe("the pack", () => {
  let composed: Composed;
  beforeAll(async () => {
    composed = await compose(distributions.debian);
  });
  const judge = (change: (text: string) => string) =>
    composed.registrations.flatMap(({ type, inputs }) => {
      const changed = Object.entries(inputs).map(([name, value]): [string, unknown] => [
        name,
        typeof value === "string" ? change(value) : value,
      ]);
      const subject = example(type, Object.fromEntries(changed));
      return rules.flatMap(({ violations }) => violations(subject, []));
    });

  it("accepts this project's own hosts", () => {
    expect(judge((text) => text)).toEqual([]);
  });

  it("finds changes on them, and does not show secrets", () => {
    const sentences = judge((text) =>
      text.replace("mode tcp", "mode http").replace(/autosign = \/\S+?(?=\\n)/, "autosign = true"),
    );
    expect(sentences).toContainEqual(expect.stringContaining("reads agents' traffic"));
    expect(sentences).toContainEqual(expect.stringContaining("signs every request"));
    expect(secretsIn(sentences.join("\n"))).toEqual([]);
  });

  it.each([
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
    "aws:ec2/securityGroup:SecurityGroup",
    "command:remote:Command",
  ])("accepts a %s of which nothing is known", (type) => {
    const names = ["ingress", "egress", "type", "protocol", "cidrBlocks", "cidrIpv4", "stdin"];
    const props = Object.fromEntries(names.map((name) => [name, unknownFromEngine]));
    const subject = example(type, props);
    expect(rules.flatMap(({ violations }) => violations(subject, []))).toEqual([]);
  });
});
