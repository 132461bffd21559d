import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CodeLab } from "../../support/contract/code-lab.js";

/** What became of one round. */
interface Round {
  readonly outcome: string;
  readonly faults: readonly string[];
  readonly round: number;
  /** Seconds after which the deploy was killed. */
  readonly after: number;
  /** Whether it had ended by then. */
  readonly ended?: boolean;
  /** Whether it was the power that ended it. */
  readonly cut?: boolean;
  /** Seconds that the first deploy took. */
  readonly seconds?: number;
}

const killer = new URL("../../support/contract/kill-deploys.rb", import.meta.url);
const script = "/usr/local/lib/kill-deploys.rb";
const home = "/var/lib/puppet-code";
const alpha = "mod 'alpha', :git => 'file:///srv/alpha', :branch => 'main'\n";

describe.each(["r10k", "g10k"] as const)("a deploy with %s", (tool) => {
  let lab: CodeLab;
  beforeAll(async () => {
    lab = await CodeLab.start("killed", tool);
    await lab.module("alpha");
    await lab.commit("production", { "manifests/site.pp": "node default {}\n", Puppetfile: alpha });
    await lab.deploy();
  });
  afterAll(() => lab.remove());

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
      // Each in what the one before has healed.
    ])("from %s", async (what, damage) => {
      await lab.run(`shopt -s nullglob; chmod -R u+w ${home}; ${damage}; touch ${home}/unfinished`);
      await lab.commit("main", { "manifests/init.pp": `# ${what}\n` }, "/srv/alpha");
      const commit = await lab.commit("production", { "data/common.yaml": `a: ${what}\n` });
      // A power cut may take two: one that finds the damage, and one that has everything anew.
      let { outcome, servers, errors } = await lab.deploy();
      if (outcome !== "success") ({ outcome, servers, errors } = await lab.deploy());
      expect({ outcome, errors }).toEqual({ outcome: "success", errors: [] });
      expect(servers[0]?.commits).toEqual({ production: commit });
      expect(await lab.read("production/modules/alpha/manifests/init.pp")).toBe(`# ${what}`);
      expect(await lab.run(`find ${home} -name '*.part' -o -path '*git*' -name '*.lock'`)).toBe("");
    });
  });

  it("is whole after it was killed at any of 25 moments, two of them power cuts", async () => {
    const kills = 25;
    const cuts = [9, 18];
    await lab.reset();
    await lab.write(script, readFileSync(killer, "utf8"));
    const lines = async (words: string) =>
      (await lab.run(`ruby ${script} ${words}`))
        .split("\n")
        .map((line) => JSON.parse(line) as Round);
    const seed = Date.now() % 1_000_000;
    const [first] = await lines(`prepare ${String(kills + 1)}`);
    const whole = first?.seconds ?? 0;
    const rounds: Round[] = [];
    for (let round = 2; round <= kills + 1; round += 1) {
      const cut = cuts.find((one) => one >= round) ?? kills + 2;
      if (cut > round) {
        const last = Math.min(cut - 1, kills + 1);
        const range = `${String(round)} ${String(last)} ${String(seed + round)} ${String(whole)}`;
        rounds.push(...(await lines(`kill ${range}`)));
        round = last;
        continue;
      }
      await lab.run(`ruby ${script} ask ${String(round)}`);
      const after = (((seed * round) % 1000) / 1000) * whole;
      await lab.run(`systemd-run --quiet --collect puppet-code-deploy; sleep ${String(after)}`);
      await lab.powerCut();
      const [mended] = await lines(`mend ${String(round)}`);
      rounds.push({ outcome: "", faults: [], ...mended, round, after, cut: true });
    }
    const told = rounds.map(
      ({ after, cut, ended }) =>
        `${after.toFixed(2)}${cut ? " (power cut)" : ended ? " (it had ended)" : ""}`,
    );
    console.log(
      `${tool}: a deploy takes ${whole.toFixed(2)} s; with the seed ${String(seed)} killed after ${told.join(", ")}`,
    );
    expect(rounds).toHaveLength(kills);
    expect(
      rounds.filter(({ outcome, faults }) => outcome !== "success" || faults.length > 0),
    ).toEqual([]);
    // The deploy whose time was taken is the slowest: it is the first.
    expect(rounds.filter(({ ended }) => !ended).length).toBeGreaterThan(kills / 3);
  });
});
