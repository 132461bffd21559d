import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CodeLab } from "../../support/contract/code-lab.js";

const answers = "/run/used.json";

describe("an environment whose branch is gone", () => {
  let lab: CodeLab;
  beforeAll(async () => {
    lab = await CodeLab.start("kept", "g10k");
    await lab.run(
      `systemd-run --quiet --unit=used ruby -rsocket -e 'server = UNIXServer.new("/run/puppet-code-used.sock"); loop { one = server.accept; one.write(File.read("${answers}")); one.close }'`,
    );
    await lab.settings({ puppetdb: true });
    await lab.commit("production", { "manifests/site.pp": "node default {}\n" });
    for (const name of names) await lab.commit(name);
    expect((await lab.deploy()).outcome).toBe("success");
    await lose();
  });
  afterAll(() => lab.remove());
  /** PuppetDB's answer to the next deploys. */
  const answer = (what: unknown) => lab.write(answers, JSON.stringify(what));
  const names = ["one", "two"];
  const lose = async () => {
    for (const name of names) await lab.git(`update-ref -d refs/heads/${name}`);
  };

  // One after the other, each in what the one before has left.
  it.each<[what: string, written: string, why: RegExp]>([
    ["does not answer", '{"error":"https://db:8081: execution expired"}', /execution expired/],
    ["answers nothing", "", /PuppetDB does not tell/],
    ["answers what nobody asked", "[1]", /PuppetDB does not tell/],
    ["answers no numbers", '{"one":"x","two":5}', /PuppetDB does not tell/],
  ])("is kept if PuppetDB %s", async (_, written, why) => {
    await lab.write(answers, written);
    const { outcome, errors, notes } = await lab.deploy();
    expect({ outcome, errors, count: notes.length }).toEqual({
      ...{ outcome: "success", errors: [], count: 2 },
    });
    for (const note of notes) expect(note).toMatch(why);
    expect(await lab.served()).toEqual(["one", "production", "two"]);
  });

  it("is removed if no agent ran with it last; another is kept, which is no fault of later deploys, but each says for whom", async () => {
    await answer({ one: { agents: 4, example: "web1.example.test" } });
    const removal = await lab.deploy({ removed: names });
    const told =
      "one: no source has a branch for it any more; it is kept, because web1.example.test and 3 more ran with it last. A deploy removes it once each has run with another environment, or is deactivated in PuppetDB";
    expect(removal).toMatchObject({ outcome: "partial", errors: [told], notDeployed: [] });
    expect(removal.told).toMatch(/^<4>partial: .*web1\.example\.test and 3 more/m);
    expect(await lab.served()).toEqual(["one", "production"]);
    expect(await lab.read("one/manifests/site.pp")).toBe("node default {}");

    await answer({ one: { agents: 1, example: "web1.example.test" } });
    const commit = await lab.commit("production", { "data/common.yaml": "a: 1\n" });
    const { outcome, errors, notes, servers } = await lab.deploy({ environments: ["production"] });
    expect({ outcome, errors, notes }).toEqual({
      ...{ outcome: "success", errors: [] },
      notes: [expect.stringContaining("web1.example.test ran with it last.")],
    });
    expect(servers[0]?.commits.production).toBe(commit);
  });

  it("is deployed again with its branch, and removed once its agents have left it", async () => {
    for (const name of names) await lab.commit(name, { "data/common.yaml": "a: again\n" });
    expect(await lab.deploy()).toMatchObject({ outcome: "success", errors: [] });
    expect(await lab.read("one/data/common.yaml")).toBe("a: again");
    await lose();
    await answer({ production: { agents: 5, example: "a.example.test" } });
    expect(await lab.deploy({ removed: ["one"] })).toMatchObject({
      outcome: "success",
      what: "one, two",
      errors: [],
    });
    expect(await lab.served()).toEqual(["production"]);
  });

  it("is removed without PuppetDB, because nobody knows", async () => {
    await lab.settings({});
    await lab.commit("one");
    await lab.deploy();
    await lab.git("update-ref -d refs/heads/one");
    await answer({ one: { agents: 1, example: "web1.example.test" } });
    expect(await lab.deploy()).toMatchObject({ outcome: "success", errors: [] });
    expect(await lab.served()).toEqual(["production"]);
  });
});
