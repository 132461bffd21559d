import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Project, type Run } from "../../tools/lib/engine-driver.js";

const program = join(import.meta.dirname, "../support/engine/programs/foreign");
const plugins = [
  join(program, "plugin", "bin"),
  join(import.meta.dirname, "../../standins/absent-hosts/bin"),
];

describe("a program that knows only the components' schema", () => {
  let project: Project;
  let run: Run;

  beforeAll(async () => {
    project = new Project(program, { plugins });
    run = await project.up({ config: { "foreign:distribution": "openvox8" } });
  });
  afterAll(() => project.remove());

  it("creates a pool, a load balancer and a whole infrastructure, and everything in them", () => {
    expect(run.succeeded().changes).toEqual(
      expect.arrayContaining([
        ...["create CompilerPool pool", "create Compiler compiler2"],
        ...["create LoadBalancer balancer", "create PuppetInfrastructure puppet"],
        ...["create CodeDeployment puppet-code", "create Command gate-configuration-run"],
      ]),
    );
  });

  it("gets their outputs, and passes one on to the next", () => {
    expect(run.stdout).toContain('fqdn   : "compiler2.example.test"');
    expect(run.stdout).toContain('"https://10.0.0.4:8404/stats"');
    expect(run.stdout).toContain('"https://10.0.0.6:8404/stats"');
  });

  it("keeps secrets secret, in the output and in the state", async () => {
    expect(run.stdout).toMatch(/password +: \[secret\]/);
    const state = await project.export();
    for (const secret of ["login-to-hosts", "the-infrastructure-key"]) {
      expect(run.stdout).not.toContain(secret);
      expect(state).not.toContain(secret);
    }
  });

  it("gets an error for a property that is not in the schema", async () => {
    const refused = await project.preview({ config: { "foreign:distribution": "suse" } });
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stdout + refused.stderr).toContain(
      'distribution is "suse"; write one of debian, openvox8, openvox9.',
    );
  });

  it("changes nothing when it runs again", async () => {
    const again = await project.preview({ config: { "foreign:distribution": "openvox8" } });
    expect(again.succeeded().changes).toEqual([]);
  });
});
