import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CodeLab, type Texts } from "../../support/contract/code-lab.js";

const site: Texts = { "manifests/site.pp": "node default {}\n" };
const home = "/var/lib/puppet-code";
const nowhere = "mod 'x', :git => 'file:///srv/nowhere', :branch => 'main'\n";
const alpha = "mod 'alpha', :git => 'file:///srv/alpha', :branch => 'main'\n";

describe.each(["r10k", "g10k"] as const)("%s", (tool) => {
  let lab: CodeLab;
  beforeAll(async () => {
    lab = await CodeLab.start("faults", tool);
  });
  afterAll(() => lab.remove());
  beforeEach(async () => {
    await lab.reset();
    await lab.module("alpha");
    await lab.commit("production", { ...site, Puppetfile: alpha });
  });

  describe("one fault stays one fault:", () => {
    it.each<[what: string, files: Texts, told: RegExp]>([
      ["a Puppetfile that is none", { Puppetfile: "mod 'alpha', :branch =>\n}}\n" }, /Puppetfile/],
      ["a module that is nowhere", { Puppetfile: nowhere }, /srv\/nowhere/],
      [
        "a module whose branch is gone",
        { Puppetfile: alpha.replace("main", "gone") },
        /gone|alpha/,
      ],
    ])("%s", async (_, files, told) => {
      await lab.commit("aaa_broken", files);
      await lab.commit("zzz");
      // The first deploy of all, then another, then a push to the others.
      for (let round = 0; round < 2; round += 1) {
        const commit = await lab.commit("production", {
          "data/common.yaml": `a: ${String(round)}\n`,
        });
        const { outcome, errors, notDeployed, servers, told: journal } = await lab.deploy();
        expect({ outcome, notDeployed }).toEqual({
          outcome: "partial",
          notDeployed: ["aaa_broken"],
        });
        expect(errors.length).toBeGreaterThan(0);
        for (const error of errors) expect(error).toMatch(/^aaa_broken: /);
        expect(errors.join("\n")).toMatch(told);
        expect(journal).toMatch(/^<4>partial: .*aaa_broken: /m);
        expect(servers).toMatchObject([{ state: "deployed", commits: { production: commit } }]);
        expect(await lab.served()).toEqual(["production", "zzz"]);
      }
      const commit = await lab.commit("production", { "data/common.yaml": "a: hotfix\n" });
      const pushed = await lab.deploy({ environments: ["production", "aaa_broken"] });
      expect(pushed).toMatchObject({ outcome: "partial", notDeployed: ["aaa_broken"] });
      expect(pushed.servers[0]?.commits.production).toBe(commit);
      expect(await lab.deploy({ environments: ["production"] })).toMatchObject({
        outcome: "success",
        errors: [],
      });
      // What is gone is gone all the same, and what was mended is deployed.
      await lab.git("update-ref -d refs/heads/zzz");
      await lab.commit("aaa_broken", { Puppetfile: alpha });
      expect(await lab.deploy()).toMatchObject({ outcome: "success", errors: [] });
      expect(await lab.served()).toEqual(["aaa_broken", "production"]);
    });

    it("an environment that was whole is served as it was, until it is again", async () => {
      const before = await lab.commit("feature");
      await lab.deploy();
      await lab.commit("feature", { Puppetfile: nowhere });
      const { outcome, servers } = await lab.deploy({ environments: ["feature"] });
      expect(outcome).toBe("failure");
      expect(servers).toMatchObject([{ state: "unchanged", commits: { feature: before } }]);
      expect(await lab.read("feature/Puppetfile")).toBe(alpha.trim());
    });

    it("an environment that there is not, beside one that there is", async () => {
      const { outcome, errors } = await lab.deploy({ environments: ["production", "nonesuch"] });
      expect({ outcome, errors }).toEqual({
        outcome: "partial",
        errors: ["nonesuch: no source has a branch for it"],
      });
      expect(await lab.served()).toEqual(["production"]);
      expect((await lab.deploy({ environments: ["nonesuch"] })).outcome).toBe("failure");
    });

    it("two branches that are one environment", async () => {
      await lab.commit("feature/x");
      await lab.commit("feature-x");
      expect(await lab.deploy()).toMatchObject({
        outcome: "partial",
        errors: [
          "feature_x: not deployed, as feature-x of control and feature/x of control are both feature_x; delete or rename one",
        ],
      });
      expect(await lab.served()).toEqual(["production"]);
      await lab.git("update-ref -d refs/heads/feature-x");
      expect((await lab.deploy()).outcome).toBe("success");
      expect(await lab.served()).toEqual(["feature_x", "production"]);
    });

    it("a source that cannot be reached", async () => {
      const team = { name: "team", remote: "/srv/team", prefix: "team" };
      await lab.settings({ sources: [{ name: "control", remote: "/srv/control" }, team] });
      const kept = await lab.commit("main", site, "/srv/team");
      await lab.commit("feature");
      expect((await lab.deploy()).outcome).toBe("success");
      expect(await lab.served()).toEqual(["feature", "production", "team_main"]);

      await lab.run("mv /srv/team /srv/elsewhere");
      const hotfix = await lab.commit("production", { "data/common.yaml": "a: hotfix\n" });
      await lab.git("update-ref -d refs/heads/feature");
      const { outcome, errors, servers } = await lab.deploy();
      expect(outcome).toBe("partial");
      expect(errors).toEqual([expect.stringMatching(/^team: .*\/srv\/team/)]);
      expect(servers[0]?.commits).toEqual({ production: hotfix, team_main: kept });
      const pushed = await lab.deploy({ environments: ["team_main"] });
      expect(pushed).toMatchObject({ outcome: "failure" });

      await lab.run("mv /srv/elsewhere /srv/team");
      expect(await lab.deploy()).toMatchObject({ outcome: "success", errors: [] });
    });

    it("a source that has lost all its branches", async () => {
      await lab.deploy();
      await lab.commit("feature");
      await lab.deploy();
      await lab.run("rm -rf /srv/control; git init --quiet --bare /srv/control");
      const { errors } = await lab.deploy();
      expect(errors).toEqual(["control: /srv/control has no branches"]);
      expect(await lab.served()).toEqual(["feature", "production"]);
    });
  });

  describe("production", () => {
    it("stays when its branch is gone, and the deploy says so", async () => {
      const commit = await lab.commit("production");
      await lab.commit("main");
      await lab.deploy();
      await lab.git("update-ref -d refs/heads/production");
      const { outcome, errors, servers } = await lab.deploy();
      expect(outcome).toBe("partial");
      expect(errors).toEqual([
        expect.stringMatching(
          /^production: no source has a branch for it any more; it is kept at /,
        ),
      ]);
      expect(servers[0]?.commits.production).toBe(commit);
      expect(await lab.served()).toEqual(["main", "production"]);
    });

    it("is the branch that a setting names, which pushes name as well", async () => {
      await lab.commit("main");
      await lab.commit("feature");
      await lab.deploy();
      await lab.git("update-ref -d refs/heads/production");
      await lab.settings({ defaultEnvironment: "main" });
      const commit = await lab.commit("main", { "data/common.yaml": "a: main\n" });
      expect(await lab.deploy()).toMatchObject({ outcome: "success", errors: [] });
      expect(await lab.served()).toEqual(["feature", "production"]);
      expect(await lab.read("production/data/common.yaml")).toBe("a: main");
      for (const name of ["main", "production"]) {
        expect(await lab.deploy({ environments: [name] })).toMatchObject({
          outcome: "success",
          what: "production",
        });
      }
      expect((await lab.deploy()).servers[0]?.commits.production).toBe(commit);
    });

    it("comes in the place of an empty folder, as Puppet makes it for one that is not there", async () => {
      await lab.run("mkdir -p /srv/environments/production/manifests");
      expect((await lab.deploy()).outcome).toBe("success");
      expect(await lab.read("production/manifests/site.pp")).toBe("node default {}");
    });
  });

  describe("heals by itself after it was killed", () => {
    const caches = tool === "r10k" ? `${home}/cache/*` : `${home}/cache/{modules,environments}/*`;
    it.each([
      [
        "a lock on the index",
        `for one in ${home}/staging/*/.git; do test ! -e $one || touch $one/index.lock; done`,
      ],
      [
        "a lock on packed references",
        `for one in ${caches} ${home}/mirrors/*; do touch $one/packed-refs.lock; done`,
      ],
      [
        "a lock on a branch",
        `for one in ${caches} ${home}/mirrors/*; do touch $one/refs/heads/{main,production}.lock; done`,
      ],
      [
        "a lock on the configuration",
        `for one in ${caches} ${home}/mirrors/*; do touch $one/config.lock; done`,
      ],
      [
        "a clone that was not finished",
        `for one in ${caches}; do test ! -e $one/objects || { rm -rf $one; git init --quiet --bare $one; }; done`,
      ],
      ["a mirror that was not finished", `rm -rf ${home}/mirrors/control.git/{objects,HEAD}`],
      [
        "objects that a power cut took",
        `find ${home}/mirrors ${home}/cache -path '*/objects/*' -type f -exec truncate --size 0 {} +`,
      ],
      ["a half environment", `rm -rf ${home}/staging/production/{.git,manifests}`],
      [
        "a list of what is published that is none",
        `echo '{"production":' >${home}/published/published.json`,
      ],
      [
        "a list with a word in the place of a commit",
        `sed -i 's/"commit": "/&warning: /' ${home}/published/published.json`,
      ],
      ["a release that was not finished", `mkdir -p ${home}/published/production/2026.part/data`],
    ])("from %s", async (_, damage) => {
      await lab.deploy();
      await lab.run(`shopt -s nullglob; chmod -R u+w ${home}; ${damage}; touch ${home}/unfinished`);
      await lab.commit("main", { "manifests/init.pp": "class alpha { }\n" }, "/srv/alpha");
      const commit = await lab.commit("production", { "data/common.yaml": "a: newer\n" });
      // A power cut may take two: one that finds the damage, and one that has everything anew.
      let { outcome, servers, errors } = await lab.deploy();
      if (outcome !== "success") ({ outcome, servers, errors } = await lab.deploy());
      expect({ outcome, errors }).toEqual({ outcome: "success", errors: [] });
      expect(servers[0]?.commits).toEqual({ production: commit });
      expect(await lab.read("production/modules/alpha/manifests/init.pp")).toBe("class alpha { }");
      expect(await lab.run(`find ${home} -name '*.part' -o -path '*git*' -name '*.lock'`)).toBe("");
    });
  });

  it("is whole after it was killed at any moment", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [`data/${String(at)}.yaml`, "a: 1\n"]),
    );
    await lab.commit("production", files);
    const began = Date.now();
    await lab.deploy();
    const whole = Date.now() - began;
    // Every release, also one that is served no more, has as many files as the first.
    const releases = `for one in ${home}/published/production/*; do test -L $one || find $one -name '*.yaml' -size +0 | wc -l; done | sort -u`;
    const moments = 6;
    for (let at = 0; at < moments; at += 1) {
      const commit = await lab.commit("production", { "data/0.yaml": `a: ${String(at)}0\n` });
      await lab.commit("main", { "manifests/init.pp": `# ${String(at)}\n` }, "/srv/alpha");
      await lab.kill(((at + 0.5) / moments) * whole);
      const killed = await lab.run(releases);
      const { outcome, errors, servers } = await lab.deploy();
      expect({ outcome, errors, killed }).toEqual({ outcome: "success", errors: [], killed: "40" });
      expect(servers[0]?.commits).toEqual({ production: commit });
      expect(await lab.run(releases)).toBe("40");
      expect(await lab.read("production/modules/alpha/manifests/init.pp")).toBe(`# ${String(at)}`);
    }
  });
});
