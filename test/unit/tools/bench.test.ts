import { describe, expect, it } from "vitest";
import { bareResources } from "../../../bench/bare-resources.js";

const mark = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({
  [mark]: "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});
const stack = "urn:pulumi:test::puppet::pulumi:pulumi:Stack::puppet-test";
const component = "urn:pulumi:test::puppet::puppet:index:Compiler::compiler1";

describe("the bare program of the benchmark", () => {
  it("registers the resources in a state, with parents, and secrets as secrets", () => {
    const state = JSON.stringify({
      deployment: {
        resources: [
          { urn: stack, type: "pulumi:pulumi:Stack", custom: false },
          { urn: component, type: "puppet:index:Compiler", custom: false, parent: stack },
          {
            urn: `${component.replace("::compiler1", "$aws:ec2/instance:Instance")}::compiler1`,
            type: "aws:ec2/instance:Instance",
            custom: true,
            parent: component,
            inputs: { ami: "ami-1", userData: secret("boot"), tags: { Name: "a" }, __defaults: [] },
          },
        ],
      },
    });
    const [first, second, ...more] = bareResources(state, { aws: "7.48.0" });
    expect(more).toEqual([]);
    expect(first).toMatchObject({ name: "compiler1", custom: false, inputs: {} });
    expect(second).toMatchObject({
      name: "compiler1",
      parent: component,
      version: "7.48.0",
      inputs: {
        ami: { value: "ami-1", secret: false },
        userData: { value: "boot", secret: true },
        tags: { value: { Name: "a" }, secret: false },
      },
    });
    expect(Object.keys(second?.inputs ?? {})).not.toContain("__defaults");
  });
});
