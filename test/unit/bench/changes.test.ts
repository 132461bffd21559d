import { describe, expect, it } from "vitest";
import { changes } from "../../../bench/soak/changes.js";
import type { Trial } from "../../../bench/soak/trial.js";
import { parseSettings } from "../../../platforms/platforms.js";

/** A trial that writes down what would be done. */
function trialOf(values: object, now?: readonly string[]) {
  const settings = parseSettings({ domain: "example.test", ...values });
  const done: unknown[] = [];
  const trial = {
    ...{ compilers: now ?? settings.hosts.compilers, settings },
    distribution: { packages: { server: "puppetserver" }, services: { server: "puppetserver" } },
    change: (set: object) => Promise.resolve(done.push(set)),
    changeTwice: (set: object) => Promise.resolve(done.push(set)),
    push: () => Promise.resolve(done.push("pushed")),
    on: (host: string, command: string) => Promise.resolve(done.push(`${host}: ${command}`)),
    whileDrained: async (compiler: string, act: () => Promise<void>) => {
      done.push(`drain ${compiler}`);
      await act();
      done.push(`ready ${compiler}`);
    },
  };
  return { trial: trial as unknown as Trial, done };
}

const named = (name: string) => {
  const change = changes.find((one) => one.name === name);
  if (change === undefined) throw new Error(`there is no change ${name}`);
  return change;
};

describe("kinds of change", () => {
  it("have settings that the program accepts", async () => {
    for (const change of changes) {
      const { trial, done } = trialOf({ compilers: 3 });
      for (const random of [0, 0.5, 0.999]) {
        if (change.possible(trial)) await change.make(trial, () => random);
      }
      for (const set of done.filter((one): one is object => typeof one === "object")) {
        expect(() => trialOf({ compilers: 3, ...set })).not.toThrow();
      }
    }
  });

  it.each([
    ["compiler added", { compilers: 2 }, undefined, 3],
    ["compiler added", { compilers: ["red", "blue"] }, undefined, ["red", "blue", "compiler1"]],
    ["compiler added", { compilers: 2 }, ["compiler2", "compiler3"], 3],
    ["compiler removed", { compilers: 3 }, undefined, ["compiler2", "compiler3"]],
    ["compiler replaced", { compilers: 2 }, undefined, ["compiler2", "compiler3"]],
    ["compiler replaced", { compilers: 2 }, ["compiler3", "compiler2"], 2],
  ])("%s, with %j and now %j: %j", async (name, values, now, compilers) => {
    const { trial, done } = trialOf(values, now);
    expect(named(name).possible(trial)).toBe(true);
    await named(name).make(trial, () => 0);
    expect(done).toEqual([{ compilers }]);
  });

  it("leave two compilers, and add one more than there were", () => {
    expect(named("compiler removed").possible(trialOf({ compilers: 2 }).trial)).toBe(false);
    const three = ["compiler1", "compiler2", "compiler3"];
    expect(named("compiler added").possible(trialOf({ compilers: 2 }, three).trial)).toBe(false);
  });

  it("need what they change", () => {
    const { trial } = trialOf({ puppetdb: { host: "none" }, codeDeployment: { tool: "none" } });
    const impossible = ["PuppetDB's setting", "code deployed"];
    for (const name of impossible) expect(named(name).possible(trial)).toBe(false);
    for (const name of impossible) expect(named(name).possible(trialOf({}).trial)).toBe(true);
  });

  it("touch a running compiler only while it is drained", async () => {
    for (const name of ["package reinstalled", "restarted while drained"]) {
      const { trial, done } = trialOf({});
      await named(name).make(trial, () => 0.9);
      expect(done).toHaveLength(3);
      expect(done[0]).toBe("drain compiler2");
      expect(done[1]).toMatch(/^compiler2: .*systemctl restart puppetserver$/);
      expect(done[2]).toBe("ready compiler2");
    }
  });
});
