import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Project } from "../engine-driver.js";

const program = fileURLToPath(new URL("../..", import.meta.url));

/** Settings as they stand below `puppet:`. */
const config = (settings: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(settings).map(([key, value]) => [`puppet:${key}`, value]));

describe("the program under the real engine", () => {
  let project: Project;

  beforeEach(() => {
    project = new Project(program);
  });
  afterEach(() => project.remove());

  it("previews an environment without making anything", async () => {
    const run = (await project.preview({ config: config({ domain: "example.test" }) })).succeeded();
    expect(run.steps.filter((step) => !step.startsWith("create "))).toEqual([]);
    for (const name of [
      "main",
      "balancer",
      "compiler1",
      "compiler2",
      "compiler2-configuration-run",
    ]) {
      expect(run.steps).toContain(`create ${name}`);
    }
    expect(run.steps).not.toContain("create compiler3");
    expect(await project.resources()).toEqual({});
  });

  it.each(["openvox8", "openvox9"])("previews %s", async (distribution) => {
    const settings = { domain: "example.test", distribution, compilers: ["alpha", "beta"] };
    const run = (await project.preview({ config: config(settings) })).succeeded();
    expect(run.steps).toContain("create alpha-configuration-run");
  });

  it.each([
    {
      settings: { compilers: 0 },
      sentence:
        "puppet:compilers is 0; write a number of compilers from 1 to 50, or a list of 1 to 50 host names.",
    },
    {
      settings: { compilerz: 3 },
      sentence: "puppet:compilerz is not a setting; write one of ",
    },
    {
      settings: { containers: { subnet: "8.8.8.0/24" } },
      sentence:
        'puppet:containers.subnet is "8.8.8.0/24"; write the first address of a private IPv4 network',
    },
    {
      settings: { mainServer: { heap: 4096 } },
      sentence: "puppet:mainServer.heap: 4096 MiB with ",
    },
    {
      settings: { compiler: { jrubies: 64 } },
      sentence: "puppet:compiler.jrubies: 64 on compiler1.example.test, which has ",
    },
  ])("refuses $settings before anything is made", async ({ settings, sentence }) => {
    const run = await project.up({ config: config({ domain: "example.test", ...settings }) });
    expect(run.exitCode).not.toBe(0);
    expect(run.stdout + run.stderr).toContain(sentence);
    // No stack trace: the sentence says it all.
    expect(run.stdout + run.stderr).not.toMatch(/\bat .*\.ts:\d+/);
    const types = Object.values(await project.resources()).map(({ type }) => type);
    expect(types.filter((type) => type !== "pulumi:pulumi:Stack")).toEqual([]);
  });

  it("asks for the one setting without a default", async () => {
    const run = await project.up();
    expect(run.exitCode).not.toBe(0);
    expect(run.stdout + run.stderr).toContain("missing configuration value");
    expect(run.stdout + run.stderr).toContain("domain");
  });
});
