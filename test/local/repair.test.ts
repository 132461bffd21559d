import { describe, expect, inject, it } from "vitest";
import { podmanNames } from "../../platforms/containers/names.js";
import { run } from "../../tools/lib/shell.js";
import { stateOf } from "../support/local/balancer.js";
import { deploy, environment, handed, until } from "../support/environment.js";
import { reportsOf, timedRun } from "../support/local/puppetdb.js";

const podman = async (...args: readonly string[]) => {
  const { code, stderr } = await run(["podman", ...args]);
  expect(code, stderr).toBe(0);
};

describe("a damaged environment", () => {
  it("is repaired by a deployment: starts stopped containers, and recreates removed ones", async () => {
    await podman("stop", "--time", "0", podmanNames.container(environment, "balancer"));
    await podman("rm", "--force", "--time", "0", podmanNames.container(environment, "compiler2"));
    await podman("rm", "--force", "--time", "0", podmanNames.container(environment, "puppetdb"));

    const { code, text } = await deploy(inject("deployment").settings);
    expect(code, text).toBe(0);
    if (!handed) {
      for (const lost of ["compiler2", "puppetdb"]) {
        expect(text).toContain(`the container of ${lost} is gone; recreating it`);
      }
    }
    expect(text).not.toMatch(/(main|compiler1)-configuration-run (updat|creat|replac)/);
    for (const compiler of ["compiler1", "compiler2"]) {
      await until(`${compiler} is up`, async () => (await stateOf(compiler)) === "UP", 30);
    }
    await timedRun("agent1");
    await until("reports are stored again", async () => (await reportsOf("agent1")) > 0, 30);
  });
});
