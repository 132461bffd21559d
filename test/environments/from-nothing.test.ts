import { expect, inject, it } from "vitest";
import { podmanNames } from "../../platforms/containers/names.js";
import { execIn } from "../support/container-exec.js";
import { deploy } from "../support/environment.js";
import { first } from "../support/environments/setup.js";

const { settings, deployed } = inject("fromNothing");

// The tests' other environments use an image that already has the packages.
it("an environment installs every package from scratch, as for users", () => {
  const { code, text, seconds } = deployed;
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
});

it("deployed again, it is unchanged, in a tenth of the time", async () => {
  const again = await deploy(settings, first, "containers");
  expect(again.text).toMatch(/Resources:\n\s+\d+ unchanged\n/);
  console.log(`run again in ${again.seconds.toFixed(1)} s`);
  // Compared with the deployment that it repeats, on the same machine.
  expect(again.seconds).toBeLessThan(deployed.seconds / 10);
});

// In the tests' image, which other environments use, no service is enabled anyway.
it("runs no agent on its own hosts, where pushed code would be root", async () => {
  for (const host of ["main", "balancer", "compiler1"]) {
    const container = podmanNames.container(first, host);
    const { stdout } = await execIn(container, ["systemctl", "is-enabled", "puppet"]);
    const { stdout: active } = await execIn(container, ["systemctl", "is-active", "puppet"]);
    expect([host, stdout.trim(), active.trim()]).toEqual([host, "disabled", "inactive"]);
  }
});
