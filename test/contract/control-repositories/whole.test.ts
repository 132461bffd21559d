import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CodeLab, type Texts } from "../../support/contract/code-lab.js";

/** A module of a Puppetfile, in the way that both tools read. */
const mod = (name: string, options = ", :branch => 'main'") =>
  `mod '${name}', :git => 'file:///srv/${name}'${options}\n`;
const site: Texts = { "manifests/site.pp": "node default {}\n" };

describe.each(["r10k", "g10k"] as const)("%s", (tool) => {
  let lab: CodeLab;
  beforeAll(async () => {
    lab = await CodeLab.start("whole", tool);
  });
  afterAll(() => lab.remove());

  /** Two modules, and no repository but theirs. */
  const withModules = async () => {
    await lab.reset();
    for (const name of ["alpha", "beta"]) await lab.module(name);
    await lab.git("tag v1 refs/heads/main", "/srv/alpha");
  };

  describe("deploys a repository", () => {
    const trees: [what: string, files: Texts, expected: string[]][] = [
      ["without a Puppetfile", site, ["manifests/site.pp"]],
      [
        "with an empty Puppetfile",
        { ...site, Puppetfile: "# Nothing.\n" },
        ["Puppetfile", "manifests/site.pp"],
      ],
      [
        "with a module of a branch",
        { Puppetfile: mod("alpha", ", :branch => 'main'") },
        ["Puppetfile", "modules/alpha/manifests/init.pp"],
      ],
      [
        "with a module of a tag",
        { Puppetfile: mod("alpha", ", :tag => 'v1'") },
        ["Puppetfile", "modules/alpha/manifests/init.pp"],
      ],
      [
        "with a module of the branch of its own name, or else of main",
        { Puppetfile: mod("alpha", ", :branch => :control_branch, :default_branch => 'main'") },
        ["Puppetfile", "modules/alpha/manifests/init.pp"],
      ],
      [
        "with two modules, a comment and an empty line between them",
        { Puppetfile: `# Ours.\n${mod("alpha")}\n# More.\n${mod("beta")}` },
        ["Puppetfile", "modules/alpha/manifests/init.pp", "modules/beta/manifests/init.pp"],
      ],
      [
        "with a module's definition on several lines",
        { Puppetfile: "mod 'alpha',\n  :git => 'file:///srv/alpha',\n  :branch => 'main'\n" },
        ["Puppetfile", "modules/alpha/manifests/init.pp"],
      ],
      [
        "with modules in Ruby's newer way",
        {
          Puppetfile: [
            "# A module's options, as in mod 'x', git: 'https://git.example.com/x'.",
            "mod 'alpha', git: 'file:///srv/alpha', tag: 'v1' # git: not main",
            'mod "beta",',
            "  git:'file:///srv/beta',",
            "  branch: :control_branch, default_branch: 'main'",
            "",
          ].join("\n"),
        },
        ["Puppetfile", "modules/alpha/manifests/init.pp", "modules/beta/manifests/init.pp"],
      ],
      [
        "with another folder for modules",
        { Puppetfile: `moduledir 'external'\n${mod("alpha")}` },
        ["Puppetfile", "external/alpha/manifests/init.pp"],
      ],
      [
        "with a folder for one module",
        { Puppetfile: mod("alpha", ", :branch => 'main', :install_path => 'thirdparty'") },
        ["Puppetfile", "thirdparty/alpha/manifests/init.pp"],
      ],
      [
        "with modules of its own beside those of the Puppetfile",
        {
          Puppetfile: mod("alpha"),
          "site-modules/role/manifests/base.pp": "class role::base {}\n",
        },
        ["Puppetfile", "modules/alpha/manifests/init.pp", "site-modules/role/manifests/base.pp"],
      ],
      [
        "with names beyond ASCII and blanks, and links",
        {
          'data/we"ird\\.yaml': "a: 1\n",
          "data/größe und maß.yaml": "a: 1\n",
          "data/here.yaml@": "größe und maß.yaml",
          "data/nowhere@": "gone",
        },
        ["data/größe und maß.yaml", "data/here.yaml", "data/nowhere", 'data/we"ird\\.yaml'],
      ],
    ];
    const branchOf = (what: string) => `tree${String(trees.findIndex(([one]) => one === what))}`;
    // All at once, each as a branch that has nothing of another.
    beforeAll(async () => {
      await withModules();
      await lab.commit("production", site);
      for (const [what, files] of trees) {
        await lab.commit(branchOf(what), files, "/srv/control", "none");
      }
      expect(await lab.deploy()).toMatchObject({ outcome: "success", errors: [] });
    });

    it.each(trees)("%s", async (what, _, expected) => {
      expect(await lab.files(branchOf(what))).toEqual(expected);
    });
  });

  describe("takes away what is no longer there", () => {
    const one = ["modules/alpha/manifests/init.pp"];
    const losses: [what: string, before: string, after: string, left: string[]][] = [
      ["the last module", mod("alpha"), "# None.\n", []],
      ["one module of two", mod("alpha") + mod("beta"), mod("alpha"), one],
      ["a folder of modules", `moduledir 'external'\n${mod("alpha")}`, mod("alpha"), one],
      [
        "a folder with a longer name",
        `moduledir 'modules_external'\n${mod("alpha")}`,
        mod("alpha"),
        one,
      ],
      [
        "a module's own folder",
        mod("alpha", ", :branch => 'main', :install_path => 'thirdparty'"),
        mod("alpha"),
        one,
      ],
      ["the Puppetfile", mod("alpha"), "", []],
    ];
    const branchOf = (what: string) => `loss${String(losses.findIndex(([one]) => one === what))}`;
    const branches = losses.map(([what]) => branchOf(what));
    beforeAll(async () => {
      await withModules();
      await lab.commit("production", { ...site, "data/old.yaml": "a: 1\n" });
      for (const [what, before] of losses) await lab.commit(branchOf(what), { Puppetfile: before });
      expect(await lab.deploy()).toMatchObject({ outcome: "success", errors: [] });
      for (const [what, , after] of losses) {
        await lab.commit(branchOf(what), { Puppetfile: after, "data/old.yaml": "" });
      }
      expect(await lab.deploy({ environments: branches })).toMatchObject({ outcome: "success" });
    });

    it.each(losses)("%s", async (what, _, after, left) => {
      const puppetfile = after === "" ? [] : ["Puppetfile"];
      expect(await lab.files(branchOf(what))).toEqual([
        ...puppetfile,
        "manifests/site.pp",
        ...left,
      ]);
    });
  });

  describe("from one deploy to the next", () => {
    beforeEach(() => lab.reset());

    it("removes a branch, whatever the request names", async () => {
      await lab.commit("production", site);
      await lab.commit("feature/x");
      await lab.deploy();
      expect(await lab.served()).toEqual(["feature_x", "production"]);
      await lab.git("update-ref -d refs/heads/feature/x");
      expect(await lab.deploy({ removed: ["feature_x"] })).toMatchObject({
        outcome: "success",
        what: "feature_x",
      });
      expect(await lab.served()).toEqual(["production"]);
    });

    it("removes a branch in the place of whose name others begin", async () => {
      await lab.commit("production", site);
      await lab.commit("feature");
      await lab.deploy();
      await lab.git("update-ref -d refs/heads/feature");
      await lab.commit("feature/x");
      expect((await lab.deploy()).outcome).toBe("success");
      expect(await lab.served()).toEqual(["feature_x", "production"]);
    });

    it("deploys the branch where a tag has its name", async () => {
      await lab.commit("production", { ...site, "data/common.yaml": "a: tagged\n" });
      await lab.git("tag production refs/heads/production");
      const commit = await lab.commit("production", { "data/common.yaml": "a: branch\n" });
      expect((await lab.deploy()).servers[0]?.commits).toEqual({ production: commit });
      expect(await lab.read("production/data/common.yaml")).toBe("a: branch");
    });

    it("deploys branches of every name that Git allows", async () => {
      await lab.commit("production", site);
      const names = [
        "users/jo@corp",
        "fix(net)",
        "_wip",
        "dependabot/npm_and_yarn/@types/node",
        "ü",
      ];
      for (const name of names)
        await lab.git(`update-ref 'refs/heads/${name}' refs/heads/production`);
      expect(await lab.deploy()).toMatchObject({ outcome: "success", errors: [] });
      expect(await lab.served()).toEqual(
        [
          "production",
          ...["users_jo_corp", "fix_net_", "_wip", "dependabot_npm_and_yarn__types_node"],
          tool === "r10k" ? "__" : "_",
        ].sort(),
      );
    });

    it("follows a branch whose history was written anew", async () => {
      await lab.commit("production", site);
      await lab.deploy();
      await lab.git("update-ref -d refs/heads/production");
      const commit = await lab.commit("production", { "manifests/site.pp": "node default { }\n" });
      expect((await lab.deploy()).servers[0]?.commits).toEqual({ production: commit });
    });

    it("follows a module's branch, and its push reaches the environments that have it", async () => {
      for (const name of ["alpha", "beta"]) await lab.module(name);
      await lab.commit("production", { Puppetfile: mod("alpha", ", :branch => 'main'") });
      await lab.commit("feature", { Puppetfile: mod("alpha", ", :branch => 'next'") });
      await lab.commit("other", { Puppetfile: mod("beta", ", :branch => 'main'") });
      await lab.commit("next", { "manifests/init.pp": "class alpha {}\n" }, "/srv/alpha");
      expect((await lab.deploy()).outcome).toBe("success");
      await lab.commit("main", { "manifests/init.pp": "class alpha { }\n" }, "/srv/alpha");
      const pushed = await lab.deploy({ modules: [{ repository: "srv/alpha", branch: "main" }] });
      expect(pushed).toMatchObject({ outcome: "success", what: "production" });
      expect(await lab.read("production/modules/alpha/manifests/init.pp")).toBe("class alpha { }");
      const nobody = await lab.deploy({ modules: [{ repository: "srv/gamma", branch: "main" }] });
      expect(nobody).toMatchObject({ outcome: "success", what: "nothing" });
    });

    it("generates types, again when their code is other, and keeps them otherwise", async () => {
      await lab.settings({ generateTypes: true });
      const path = "site-modules/profile/lib/puppet/type/thing.rb";
      const type = (parameter: string) =>
        `Puppet::Type.newtype(:thing) do\n  newparam(:${parameter}, namevar: true)\nend\n`;
      await lab.commit("production", {
        [path]: type("name"),
        "environment.conf": "modulepath = site-modules:modules\n",
      });
      expect(await lab.deploy()).toMatchObject({ outcome: "success", errors: [] });
      const generated = "production/.resource_types/thing.pp";
      expect(await lab.read(generated)).toContain("'name'");
      await lab.commit("production", { "data/common.yaml": "a: 1\n" });
      await lab.deploy();
      expect(await lab.read(generated)).toContain("'name'");
      await lab.commit("production", { [path]: type("title_of_it") });
      await lab.deploy();
      expect(await lab.read(generated)).toContain("'title_of_it'");
      await lab.commit("production", {
        [path]: "Puppet::Type.newtype(:thing) do\n  raise 'no'\nend\n",
      });
      const { outcome, errors } = await lab.deploy();
      expect({ outcome, errors }).toEqual({
        outcome: "failure",
        errors: [expect.stringMatching(/^production: puppet generate types: /)],
      });
    });

    it("lets links between environments lead where they would without releases", async () => {
      await lab.commit("production", { "modules/alpha/manifests/init.pp": "class alpha {}\n" });
      await lab.commit("feature", {
        "modules/alpha/manifests/init.pp": "",
        "modules@": "../production/modules",
      });
      expect((await lab.deploy()).outcome).toBe("success");
      expect(await lab.read("feature/modules/alpha/manifests/init.pp")).toBe("class alpha {}");
      // Not even a strange one is in the way, and nothing of production is another afterwards.
      await lab.commit("feature", { "odd@": "~nobody-here/x" });
      expect((await lab.deploy()).outcome).toBe("success");
      expect(await lab.deploy()).toMatchObject({
        outcome: "success",
        servers: [{ state: "unchanged" }],
      });
    });

    it("gives Puppet Server files that it can read, whatever their author has", async () => {
      await lab.module("alpha");
      await lab.commit("production", { Puppetfile: mod("alpha", ", :branch => 'main'") });
      await lab.deploy();
      const staged = "/var/lib/puppet-code/staging/production/modules/alpha/manifests";
      await lab.run(`chmod 0600 ${staged}/init.pp; chmod 0700 ${staged}`);
      await lab.commit("production", { "data/common.yaml": "a: 1\n" });
      await lab.deploy();
      const release = "$(readlink /srv/environments/production)/modules/alpha/manifests";
      expect(await lab.run(`stat --format %a ${release} ${release}/init.pp`)).toBe("755\n644");
    });
  });
});
