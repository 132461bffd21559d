import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Project, standIns } from "../../tools/lib/engine-driver.js";

const program = join(import.meta.dirname, "../support/engine/programs/components");
const plugins = [standIns.commands];

/** The parts of a resource in an exported state that are used here. */
interface State {
  urn: string;
  type: string;
  custom: boolean;
  parent?: string;
  provider?: string;
  protect?: boolean;
  inputs?: Record<string, unknown>;
}

describe("an infrastructure in its own stack", () => {
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

  it("uses the given providers for everything in it", () => {
    expect(made().length).toBeGreaterThan(10);
    for (const { urn, provider } of made())
      expect(provider, urn).toMatch(/::own-(command|random)::/);
  });

  it("is a child of its parent, and everything in it is its child", () => {
    for (const { urn } of made()) {
      expect(urn).toContain("components:index:Site$puppet:index:PuppetInfrastructure$");
    }
  });

  it("passes protection on", () => {
    for (const { urn, protect } of made()) expect(protect, urn).toBe(true);
  });

  it("applies transforms to everything in it", () => {
    const passwords = made().filter(({ type }) => type.includes("RandomPassword"));
    expect(passwords.length).toBeGreaterThan(2);
    for (const { urn, inputs } of passwords) expect(inputs?.minNumeric, urn).toBe(3);
  });

  it("keeps everything when it is renamed, with an alias", async () => {
    const renamed = await project.preview({ config: { "components:name": "renamed" } });
    // They run again under the new name, which is in their files on the host, and find everything up to date.
    expect(renamed.succeeded().changes).toEqual([
      "update Command main-certificate-settled",
      "update Command renamed-control-repository-configuration-run",
      "update Command renamed-control-repository-configuration-services",
      "update Command renamed-webhook-configuration-run",
      "update Command renamed-webhook-configuration-services",
    ]);
  });
});
