import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Project, standIns } from "../../tools/lib/engine-driver.js";

const program = join(import.meta.dirname, "../support/engine/programs/components");
const plugins = [standIns.commands];

/** A resource in an exported state, as far as it is looked at here. */
interface State {
  urn: string;
  type: string;
  custom: boolean;
  parent?: string;
  provider?: string;
  protect?: boolean;
  inputs?: Record<string, unknown>;
}

describe("an infrastructure in a stack of its own", () => {
  let project: Project;
  let resources: State[];

  beforeAll(async () => {
    project = new Project(program, { plugins });
    (await project.up({ config: { "components:name": "puppet" } })).succeeded();
    const { deployment } = JSON.parse(await project.export()) as {
      deployment: { resources: State[] };
    };
    resources = deployment.resources;
  });
  afterAll(() => project.remove());

  const made = () => resources.filter(({ custom, type }) => custom && !type.startsWith("pulumi:"));

  it("uses the providers it is given, for everything in it", () => {
    expect(made().length).toBeGreaterThan(10);
    for (const { urn, provider } of made())
      expect(provider, urn).toMatch(/::own-(command|random)::/);
  });

  it("is within its parent, and everything is within it", () => {
    for (const { urn } of made()) {
      expect(urn).toContain("components:index:Site$puppet:index:PuppetInfrastructure$");
    }
  });

  it("passes protection on", () => {
    for (const { urn, protect } of made()) expect(protect, urn).toBe(true);
  });

  it("lets transforms reach what is in it", () => {
    const passwords = made().filter(({ type }) => type.includes("RandomPassword"));
    expect(passwords.length).toBeGreaterThan(2);
    for (const { urn, inputs } of passwords) expect(inputs?.minNumeric, urn).toBe(3);
  });

  it("keeps everything when it gets another name, by an alias", async () => {
    const renamed = await project.preview({ config: { "components:name": "renamed" } });
    // Run again under the new name, which their files on the host carry; what they find is as it shall be.
    expect(renamed.succeeded().changes).toEqual([
      "update Command renamed-control-repository-configuration-run",
      "update Command renamed-webhook-configuration-run",
    ]);
  });
});
