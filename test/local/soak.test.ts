import { expect, it } from "vitest";
import { targetOf } from "../../bench/agents/target.js";
import { changes } from "../../bench/soak/changes.js";
import { disrupted, passed, tables } from "../../bench/soak/figures.js";
import { soak } from "../../bench/soak/soak.js";
import { Trial } from "../../bench/soak/trial.js";
import { outputs, stackOf } from "../support/environment.js";

/** A compiler is added before the heap changes, so that three of them change in turns. */
const seed = 9;
/** Others make the rest: rolling.test.ts and, for a compiler that is replaced, scaling.test.ts. */
const kinds = changes.filter(({ name }) => !/killed|drained|replaced/.test(name));

it("no agent run is lost, nor a second of a service, while everything changes once", async () => {
  const target = await targetOf(stackOf());
  const trial = new Trial(stackOf(), await outputs());
  const [once, left] = [new AbortController(), new Set(kinds.map(({ name }) => name))];
  const soaked = await soak({
    ...{ target, trial, agents: { simulated: 2, real: 1 }, seed },
    changes: kinds.map((change) => ({
      ...change,
      make: async (...of) => {
        await change.make(...of);
        left.delete(change.name);
        if (left.size === 0) once.abort();
      },
    })),
    ...{ seconds: 3600, quiet: 2, signal: once.signal, say: console.log },
  }).finally(() => trial.putBack());
  console.log(tables(soaked));
  expect(passed(soaked), tables(soaked)).toBe(true);
  const names = soaked.changes.map(({ name }) => name);
  expect([...names].sort()).toEqual(kinds.map(({ name }) => name).sort());
  expect(names.indexOf("compiler added")).toBeLessThan(names.indexOf("heap of the compilers"));

  expect(soaked.probes.map(({ service }) => service.split(".")[0])).toEqual(
    ["puppetca", "puppet", "puppetfiles"].flatMap((name) => [name, name]),
  );
  const puppet = soaked.probes.filter(({ service }) => service === target.puppetServer);
  expect(disrupted(puppet.flatMap(({ gaps }) => gaps))).toBe(0);
  for (const { probes } of soaked.probes) expect(probes).toBeGreaterThan(100);

  expect(soaked.runs.length).toBeGreaterThanOrEqual(300);
  const real = soaked.runs.filter((run) => run.real);
  expect(real.length).toBeGreaterThanOrEqual(soaked.runs.length / 10);
  for (const { sessions } of soaked.pool.compilers) expect(sessions).toBeGreaterThan(0);
}, 1_800_000);
