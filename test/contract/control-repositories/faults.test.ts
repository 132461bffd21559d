import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CodeLab, type Texts } from "../../support/contract/code-lab.js";

const site: Texts = { "manifests/site.pp": "node default {}\n" };
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
    const everyone: [what: string, files: Texts, told: RegExp][] = [
      ["a module that is nowhere", { Puppetfile: nowhere }, /srv\/nowhere/],
      ["a Puppetfile that is none", { Puppetfile: "mod 'alpha', :branch =>\n}}\n" }, /Puppetfile/],
      [
        "a module whose branch is gone",
        { Puppetfile: alpha.replace("main", "gone") },
        /gone|alpha/,
      ],
    ];
    // Not for g10k: it runs no Puppetfile.
    const ending: typeof everyone = [
      [
        "a Puppetfile that ends the tool",
        { Puppetfile: "abort 'no such place'\n" },
        /no such place/,
      ],
      ["a Puppetfile that says nothing", { Puppetfile: "raise ''\n" }, /aaa4: /],
    ];
    const broken = tool === "r10k" ? [...everyone, ...ending] : everyone;
    it(`each of ${broken.map(([what]) => what).join(", ")}`, async () => {
      const names = broken.map((_, at) => `aaa${String(at)}`);
      for (const [at, name] of names.entries()) await lab.commit(name, broken[at]?.[1]);
      await lab.commit("zzz");
      // The first deploy of all, then another, then a push to the others.
      for (let round = 0; round < 2; round += 1) {
        const data = { "data/common.yaml": `a: ${String(round)}\n` };
        const commit = await lab.commit("production", data);
        const { outcome, errors, notDeployed, servers, told: journal } = await lab.deploy();
        expect({ outcome, notDeployed: [...notDeployed].sort() }).toEqual({
          outcome: "partial",
          notDeployed: names,
        });
        for (const [at, name] of names.entries()) {
          const own = errors.filter((error) => error.startsWith(`${name}: `)).join("\n");
          expect(own).toMatch(broken[at]?.[2] ?? /never/);
          expect(own).not.toMatch(new RegExp(names.filter((other) => other !== name).join("|")));
        }
        expect(journal).toMatch(/^<4>partial: .*aaa0: /m);
        expect(servers).toMatchObject([{ state: "deployed", commits: { production: commit } }]);
        expect(await lab.served()).toEqual(["production", "zzz"]);
      }
      const commit = await lab.commit("production", { "data/common.yaml": "a: hotfix\n" });
      const pushed = await lab.deploy({ environments: ["production", "aaa0"] });
      expect(pushed).toMatchObject({ outcome: "partial", notDeployed: ["aaa0"] });
      expect(pushed.servers[0]?.commits.production).toBe(commit);
      expect(await lab.deploy({ environments: ["production"] })).toMatchObject({
        outcome: "success",
        errors: [],
      });
      // What is gone is gone all the same, and what was mended is deployed.
      await lab.git("update-ref -d refs/heads/zzz");
      for (const name of names.slice(1)) await lab.git(`update-ref -d refs/heads/${name}`);
      await lab.commit("aaa0", { Puppetfile: alpha });
      expect(await lab.deploy()).toMatchObject({ outcome: "success", errors: [] });
      expect(await lab.served()).toEqual(["aaa0", "production"]);
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

    it("a branch whose name is too long for an environment", async () => {
      await lab.commit(`a/${"b".repeat(130)}/${"c".repeat(130)}`);
      const { outcome, errors } = await lab.deploy();
      expect(outcome).toBe("partial");
      expect(errors).toEqual([expect.stringMatching(/^a_b+: no environment can have this name$/)]);
      expect(await lab.served()).toEqual(["production"]);
    });

    it("a folder with links in it, which somebody made", async () => {
      await lab.commit("mine");
      await lab.run(
        "mkdir -p /srv/environments/mine; ln -s /srv/modules /srv/environments/mine/modules",
      );
      const { outcome, servers } = await lab.deploy();
      expect(outcome).toBe("partial");
      expect(servers[0]).toMatchObject({ error: expect.stringContaining("/mine on") as string });
      expect(await lab.run("readlink /srv/environments/mine/modules")).toBe("/srv/modules");
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

  describe("what no agent could use is not published:", () => {
    const conf = [
      "modulepath = site-modules:modules:$basemodulepath",
      "config_version = '/usr/bin/git --git-dir $environmentpath/$environment/.git rev-parse HEAD'",
      "",
    ].join("\n");
    it.each<[what: string, files: Texts, told: RegExp]>([
      [
        "a manifest",
        { "manifests/site.pp": "node default {\n  }}\n" },
        /manifests\/site\.pp:2: Syntax error/,
      ],
      [
        "a class of a module of its own",
        { "site-modules/role/manifests/base.pp": "class role::base {\n" },
        /site-modules\/role\/manifests\/base\.pp: Syntax error/,
      ],
      ["Hiera data", { "data/common.yaml": "a: [\n" }, /data\/common\.yaml:\d+: /],
      ["hiera.yaml", { "hiera.yaml": "version: 5\nhierarchy: 5\n" }, /hiera\.yaml/],
      [
        "config_version that fails",
        { "environment.conf": "config_version = /bin/false\n" },
        /environment\.conf: config_version fails/,
      ],
    ])("%s", async (_, files, told) => {
      await lab.settings({ gate: "syntax" });
      const before = await lab.commit("production", { "environment.conf": conf });
      await lab.commit("feature");
      expect(await lab.deploy()).toMatchObject({ outcome: "success", errors: [] });
      // As Puppet Server asks it, over the environment's link.
      const asked = "git --git-dir /srv/environments/production/.git rev-parse HEAD";
      expect(await lab.run(asked)).toBe(before);

      await lab.commit("production", files);
      const { outcome, errors, servers } = await lab.deploy({ environments: ["production"] });
      expect(outcome).toBe("failure");
      expect(errors).toEqual([expect.stringMatching(/^production: /)]);
      expect(errors[0]).toMatch(told);
      expect(servers[0]?.commits.production).toBe(before);
      expect(await lab.run(asked)).toBe(before);
      expect(await lab.deploy()).toMatchObject({ outcome: "partial", notDeployed: ["production"] });
      // With the gate off, it is the site's own affair.
      await lab.settings({ gate: "none" });
      expect((await lab.deploy()).outcome).toBe("success");
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

    it("is no other branch, if the one that a setting names is gone", async () => {
      await lab.commit("production", { "data/common.yaml": "a: abandoned\n" });
      const commit = await lab.commit("main", { "data/common.yaml": "a: main\n" });
      await lab.settings({ defaultEnvironment: "main" });
      expect((await lab.deploy()).outcome).toBe("success");
      await lab.git("update-ref -d refs/heads/main");
      const { outcome, errors, servers } = await lab.deploy();
      expect({ outcome, errors }).toEqual({
        outcome: "failure",
        errors: [expect.stringMatching(/^production: no source has a branch for it any more/)],
      });
      expect(servers[0]?.commits).toEqual({ production: commit });
    });

    it("comes in no place of which the deploying user cannot tell that it is empty", async () => {
      // It is started in root's folder, which it may not enter.
      const makeWay = (name: string) =>
        `cd /root; runuser -u deployer -- ruby -r /usr/local/lib/puppet-code/puppet_code -e 'PuppetCode.make_way("/srv/environments/${name}", "${name}")' 2>&1 || true`;
      await lab.run(`chmod 0700 /root; id deployer 2>/dev/null || useradd --system deployer
        mkdir -p /srv/environments/{empty,closed}/manifests; touch /srv/environments/closed/manifests/site.pp
        chown -R deployer: /srv/environments; chown root: /srv/environments/closed/manifests; chmod 0700 /srv/environments/closed/manifests`);
      expect(await lab.run(makeWay("empty"))).toBe("");
      expect(await lab.run(makeWay("closed"))).toContain("holds code that was not deployed");
      expect(await lab.served()).toEqual(["closed"]);
    });

    it("comes in the place of an empty folder, as Puppet makes it for one that is not there", async () => {
      await lab.run("mkdir -p /srv/environments/production/manifests");
      expect((await lab.deploy()).outcome).toBe("success");
      expect(await lab.read("production/manifests/site.pp")).toBe("node default {}");
    });
  });
});
