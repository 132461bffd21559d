import { afterAll, expect, it } from "vitest";
import { containersOf } from "../../tools/podman.js";
import { bareImage } from "../images/images.js";
import { deploy, npmRun, settingsFile } from "../local/environment.js";

const name = "from-nothing";

afterAll(async () => {
  const { code, text } = await npmRun("stop", name);
  expect(code, text).toBe(0);
  expect(await containersOf(name)).toEqual([]);
});

// The other environments of the tests are of an image that has the packages.
it("an environment installs every package from nothing, as its users have it", async () => {
  const settings = settingsFile({
    image: bareImage,
    // Memory for a PuppetDB beside the main server.
    ...{ subnet: "10.213.96.0/24", compilers: 1, memory: 4096, puppetdb: { host: "main" } },
  });
  const { code, text, seconds } = await deploy(settings, name, "containers");
  expect(code, text).toBe(0);
  console.log(`an environment from nothing: ${seconds.toFixed(0)} s`);
  for (const [host, installed] of [
    ["main-configuration", "puppetserver"],
    ["main-puppetdb-configuration", "postgresql"],
    ["main-puppetdb-configuration", "puppetdb"],
    ["main-code", "r10k"],
    ["compiler1-configuration", "puppetserver"],
    ["compiler1-configuration", "puppet-terminus-puppetdb"],
    ["balancer-configuration", "haproxy"],
  ]) {
    expect(text).toMatch(
      new RegExp(`${host ?? ""}-run .*Package\\[${installed ?? ""}\\]/ensure: created`),
    );
  }
  expect(text.match(/installing puppet-agent/g)?.length).toBeGreaterThanOrEqual(3);
  expect(text).toMatch(/agent run .* compiled by compiler1\.example\.test/);

  const again = await deploy(settings, name, "containers");
  expect(again.text).toMatch(/Resources:\n\s+\d+ unchanged\n/);
  console.log(`run again in ${again.seconds.toFixed(1)} s`);
  // Against the deployment it repeats, on the same machine in the same minutes.
  expect(again.seconds).toBeLessThan(seconds / 10);
}, 1_200_000);
