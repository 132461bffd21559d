import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Project, type Run } from "../../tools/lib/engine-driver.js";

const program = join(import.meta.dirname, "../support/engine/programs/foreign");
const plugins = [
  join(program, "plugin", "bin"),
  join(import.meta.dirname, "../../standins/absent-hosts/bin"),
];

describe("a program that knows the components by their schema alone", () => {
  let project: Project;
  let run: Run;

  beforeAll(async () => {
    project = new Project(program, { plugins });
    run = await project.up({ config: { "foreign:distribution": "openvox8" } });
  });
  afterAll(() => project.remove());

  it("makes a pool, a balancer and a whole infrastructure, and all that is in them", () => {
    expect(run.succeeded().changes).toEqual(
      expect.arrayContaining([
        ...["create CompilerPool pool", "create Compiler compiler2"],
        ...["create LoadBalancer balancer", "create PuppetInfrastructure puppet"],
        ...["create CodeDeployment puppet-code", "create Command gate-configuration-run"],
      ]),
    );
  });

  it("gets their outputs, and hands one on to the next", () => {
    expect(run.stdout).toContain('fqdn   : "compiler2.example.test"');
    expect(run.stdout).toContain('"http://10.0.0.4:8404/stats"');
    expect(run.stdout).toContain('"http://10.0.0.6:8404/stats"');
  });

  it("keeps what is secret so: in what is shown, and in the state", async () => {
    expect(run.stdout).toMatch(/password +: \[secret\]/);
    const state = await project.export();
    for (const secret of ["login-to-hosts", "the-infrastructure-key"]) {
      expect(run.stdout).not.toContain(secret);
      expect(state).not.toContain(secret);
    }
  });

  it("is told of a word that the schema does not have", async () => {
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
