import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CodeLab } from "../../support/contract/code-lab.js";

const home = "/var/lib/puppet-code";
const alpha = "mod 'alpha', :git => 'file:///srv/alpha', :branch => 'main'\n";

describe.each(["r10k", "g10k"] as const)("a deploy with %s", (tool) => {
  let lab: CodeLab;
  beforeAll(async () => {
    lab = await CodeLab.start("killed", tool);
  });
  afterAll(() => lab.remove());
  beforeEach(async () => {
    await lab.reset();
    await lab.module("alpha");
    await lab.commit("production", { "manifests/site.pp": "node default {}\n", Puppetfile: alpha });
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
    const releases = `for one in $(ls -d ${home}/published/production/* | grep -v '[.]part$'); do test -L $one || find $one -name '*.yaml' -size +0 | wc -l; done | sort -u`;
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
