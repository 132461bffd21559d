import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { stateOf } from "../support/local/balancer.js";
import { commit, push, runOn } from "../support/local/code.js";
import { deploying } from "../support/local/code-tool.js";
import { deploy, output, settingsFile, until } from "../support/environment.js";

const environments = "/etc/puppet/code/environments";

describe("g10k, with canaries, and compilers that leave the pool while their code is outdated", () => {
  const readOnly = (compiler: string) =>
    output(
      compiler,
      `mount --bind ${environments} ${environments} && mount -o remount,bind,ro ${environments}`,
    );
  const writable = (compiler: string) => output(compiler, `umount ${environments}`);
  const site = "manifests/site.pp";
  const known = () => output("main", `cat ${environments}/production/${site}`);

  beforeAll(async () => {
    // PuppetDB has its facts.
    await runOn("puppet", "agent1");
    const gate = { gate: "compile", canaries: ["agent1.example.test", "new.example.test"] };
    const settings = settingsFile({ codeDeployment: { tool: "g10k", behind: "leave", ...gate } });
    const { code, text, seconds } = await deploy(settings);
    expect(code, text).toBe(0);
    expect(text).not.toMatch(/(compiler[12]|main)-configuration-run updat/);
    console.log(`r10k to g10k in ${seconds.toFixed(0)} s`);
  });

  afterAll(async () => {
    const { code, text } = await deploy(inject("deployment").settings);
    expect(code, text).toBe(0);
    expect(await output("main", "ls /etc/puppet-code")).not.toContain("g10k.yaml");
    const kept = await output("compiler1", "cat /etc/puppet-code/settings.json");
    expect(JSON.parse(kept)).toMatchObject({ leaves: false });
  });

  deploying("g10k");

  it("generates the types of each environment", async () => {
    const type = "Puppet::Type.newtype(:thing) do\n  newparam(:name)\nend\n";
    await commit("production", { "site-modules/profile/lib/puppet/type/thing.rb": type });
    expect((await push("production")).text).toMatch(/^success: /);
    expect(
      await output("compiler1", "ls /etc/puppet/code/environments/production/.resource_types"),
    ).toBe("thing.pp");
  });

  it("publishes nothing whose catalogs do not compile, and says file, line and reason", async () => {
    const before = await known();
    await commit("production", { [site]: `${before}\ninclude role::missing\n` });
    const { text } = await push("production");
    const line = String(before.split("\n").length + 1);
    expect(text).toMatch(
      new RegExp(
        `^failure: production [^]*^production: manifests/site.pp:${line}: the catalog of agent1.example.test does not compile: .*Could not find class ::role::missing`,
        "m",
      ),
    );
    for (const host of ["main", "compiler1", "compiler2"]) {
      expect(await output(host, `cat ${environments}/production/${site}`)).toBe(before);
    }
    // Nothing of it is left.
    expect(
      await output(
        "compiler1",
        "ls -d /var/lib/puppet-code/published/production/*.part 2>&1 || true",
      ),
    ).toMatch(/No such file/);

    // A known node has its own facts, and one that nobody knows those of a server, under its own name.
    const told =
      "\"${trusted['certname']} ${facts['networking']['hostname']} ${trusted['authenticated']}\"";
    await commit("production", { [site]: `fail(${told})\n` });
    const refused = await push("production");
    expect(refused.text).toMatch(
      /agent1\.example\.test does not compile: .*agent1\.example\.test agent1 remote/,
    );
    expect(refused.text).toMatch(
      /new\.example\.test does not compile: .*new\.example\.test new remote/,
    );
    await commit("production", { [site]: before });
    const accepted = await push("production");
    expect(accepted.text).toMatch(/^success: /);
    console.log(`with the catalogs of two canaries: ${accepted.text.split("\n")[0] ?? ""}`);
  });

  it("removes a compiler with outdated code, uses it only if there is no other, and adds it again", async () => {
    for (const compiler of ["compiler1", "compiler2"]) {
      await until(`${compiler} is up`, async () => (await stateOf(compiler)) === "UP", 60);
    }
    // Whatever the result, other tests need compilers that store code.
    onTestFinished(async () => {
      await Promise.allSettled(["compiler1", "compiler2"].map(writable));
    });
    await readOnly("compiler2");
    await commit("production", {
      "data/common.yaml": "role: role::base\nprofile::motd::message: newer\n",
    });
    const { text } = await push("production");
    expect(text).toMatch(/^partial: [^]*^compiler2  failed .*Read-only file system/m);
    await until("compiler2 left", async () => (await stateOf("compiler2")).startsWith("DRAIN"), 15);
    expect(await stateOf("compiler1")).toBe("UP");
    expect(
      JSON.parse(await output("compiler2", "cat /var/lib/puppet-code/state.json")),
    ).toMatchObject({
      state: "failed",
      behind: true,
    });

    await readOnly("compiler1");
    await commit("production", {
      "data/common.yaml": "role: role::base\nprofile::motd::message: newest\n",
    });
    await push("production");
    await until("compiler1 left", async () => (await stateOf("compiler1")).startsWith("DRAIN"), 15);
    await runOn("puppet", "agent1");

    for (const compiler of ["compiler1", "compiler2"]) await writable(compiler);
    const seconds = await until(
      "both are back",
      async () =>
        (await Promise.all(["compiler1", "compiler2"].map(stateOf))).every(
          (state) => state === "UP",
        ),
      120,
    );
    console.log(
      `compilers that could not store code are back ${seconds.toFixed(0)} s after they could`,
    );
    await runOn("puppet", "agent1");
    expect(await output("agent1", "cat /etc/motd")).not.toBe("");
  });
});
