import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { percentile } from "../../../bench/percentile.js";
import { disrupted, passed, tables, type Soaked } from "../../../bench/soak/figures.js";
import { Probe } from "../../../bench/soak/probes.js";
import { Rounds, seeded } from "../../../bench/soak/random.js";
import { combined, withSettings } from "../../../bench/soak/stack-text.js";
import { secureContext } from "../../../bench/agents/target.js";
import { answeringServer } from "../../support/unit/answering-server.js";

describe("the order of changes", () => {
  const order = (seed: number, count: number) => {
    const rounds = new Rounds(["a", "b", "c", "d"], seeded(seed));
    return Array.from({ length: count }, () => rounds.next(() => true));
  };

  it("is the same for the same seed, and another for another", () => {
    expect(order(7, 40)).toEqual(order(7, 40));
    expect(order(7, 40)).not.toEqual(order(8, 40));
  });

  it("has each kind once in each round", () => {
    const some = order(1, 40);
    for (let round = 0; round < 10; round += 1) {
      expect(some.slice(round * 4, round * 4 + 4).sort()).toEqual(["a", "b", "c", "d"]);
    }
  });

  it("passes over what is not possible, until it is", () => {
    const rounds = new Rounds(["added", "removed"], seeded(3));
    expect(rounds.next((name) => name !== "removed")).toBe("added");
    expect(rounds.next((name) => name === "removed")).toBe("removed");
    expect(rounds.next(() => false)).toBeUndefined();
  });
});

describe("percentiles", () => {
  it("are the nearest rank", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile([3], 0.5)).toBe(3);
    expect(percentile([], 0.5)).toBeUndefined();
  });
});

describe("seconds of disruption", () => {
  const gap = (start: number, end: number) => ({ start: start * 1000, end: end * 1000 });

  it("count each second once, and a part of one as one", () => {
    expect(disrupted([])).toBe(0);
    expect(disrupted([gap(5, 5.2)])).toBe(1);
    expect(disrupted([gap(10, 14), gap(1, 3), gap(2, 4), gap(2, 3)])).toBe(7);
  });
});

describe("settings of a stack's file", () => {
  const text = `encryptionsalt: v1:salt
config:
  puppet:domain: example.test
  puppet:compiler:
    jrubies: 2
  compilers: 2
  puppet:foreman:
    password:
      secure: v1:abc
`;

  it("change, and everything else stays", () => {
    const changes = combined(combined({}, { compiler: { heap: 900 }, compilers: 3 }), {
      compiler: { codeCache: 300 },
      compilers: ["a", "b"],
      loadBalancer: { statsPort: 1 },
    });
    expect(load(withSettings(text, changes))).toEqual({
      encryptionsalt: "v1:salt",
      config: {
        "puppet:domain": "example.test",
        "puppet:compiler": { jrubies: 2, heap: 900, codeCache: 300 },
        compilers: ["a", "b"],
        "puppet:foreman": { password: { secure: "v1:abc" } },
        "puppet:loadBalancer": { statsPort: 1 },
      },
    });
  });
});

describe("a probe", () => {
  const host = "puppet.example.test";

  it.each([true, false])(
    "tells when nobody answers, and why (kept connection: %s)",
    async (kept) => {
      let state = "running";
      const server = await answeringServer((_, response) => response.end(state));
      const context = secureContext({ caCertificate: server.certificate });
      const site = { host, port: server.port, address: "127.0.0.1", context };
      const probe = new Probe(host, site, kept, 10);
      await expect.poll(() => server.requests()).toBeGreaterThan(3);
      state = "error";
      const before = server.requests();
      await expect.poll(() => server.requests()).toBeGreaterThan(before + 2);
      server.close();
      const seen = await probe.stop();
      expect(seen).toMatchObject({ service: host, kept });
      expect(seen.probes).toBeGreaterThan(seen.gaps.length);
      expect(new Set(seen.gaps.map(({ reason }) => reason))).toContain("200 error");
      if (!kept) expect(server.connections()).toBeGreaterThan(6);
    },
  );
});

describe("the tables of a soak", () => {
  const run = (agent: string, start: number, end: number, more: object = {}) => ({
    ...{ agent, real: false, start: start * 1000, end: end * 1000, seconds: end - start },
    ...{ failure: undefined, retries: 0, compiler: "compiler1", transaction: agent, ...more },
  });
  const soaked: Soaked = {
    ...{ environment: "local", seed: 42, start: 0, end: 120_000 },
    changes: [
      { name: "compiler added", start: 20_000, end: 50_000 },
      { name: "code deployed", start: 70_000, end: 75_000 },
    ],
    runs: [
      run("simulated1", 0, 1),
      run("simulated1", 30, 34, { retries: 2 }),
      run("real1", 45, 55, { real: true, failure: "Error: Could not send report" }),
      run("simulated2", 100, 102),
    ],
    probes: [
      {
        ...{ service: "puppet.example.test", kept: false, probes: 120 },
        gaps: [{ start: 72_000, end: 72_500, reason: "socket hang up" }],
      },
    ],
    reports: { lost: [run("simulated1", 30, 34)], doubled: [run("simulated2", 100, 102)] },
    pool: {
      compilers: [{ compiler: "compiler1", seconds: { UP: 118, DRAIN: 2 }, sessions: 9 }],
      ...{
        fewest: {
          up: 1,
          start: 5_000,
          seconds: 2,
          states: { compiler1: "UP 1/2", compiler2: "DRAIN (agent)" },
        },
        unread: 0,
      },
    },
  };

  it("say what changed, what agents noticed, and why something failed", () => {
    expect(`\n${tables(soaked)}\n`).toMatchInlineSnapshot(`
      "
      local, seed 42: 4 runs in 2.0 min, 1 of them real; 1 failed

      change          times  longest  runs meanwhile  failed  disruption
      code deployed   1      5.0 s    0               0       1 s
      compiler added  1      30.0 s   2               1       0 s

      runs                       number  failed  p50     p99     longest  came again
      simulated, beside changes  2       0       1.0 s   2.0 s   2.0 s    0
      simulated, during changes  1       0       4.0 s   4.0 s   4.0 s    2
      real, beside changes       0       0       -       -       -        0
      real, during changes       1       1       10.0 s  10.0 s  10.0 s   0

      service              connection  probes  failed  disruption
      puppet.example.test  new         120     1       1 s

      compiler   DRAIN  UP     connections
      compiler1  2 s    118 s  9
      fewest compilers up: 1, for 2 s, first at 5 s, during: no change (compiler1 UP 1/2, compiler2 DRAIN (agent)); HAProxy's page did not answer 0 times
      reports of 4 runs: 1 are not in PuppetDB, 1 are there more than once

      real1, at 45 s, during: compiler added: Error: Could not send report
      simulated1, at 30 s, during: compiler added: its report is lost
      simulated2, at 100 s, during: no change: its report is there twice
      puppet.example.test on a new connection, at 72 s, during: code deployed: socket hang up
      "
    `);
  });

  it("is passed if no run failed, no change, and no report is lost or there twice", () => {
    expect(passed(soaked)).toBe(false);
    const runs = soaked.runs.filter(({ failure }) => failure === undefined);
    const fine = { ...soaked, runs, reports: { lost: [], doubled: [] } };
    expect(passed(fine)).toBe(true);
    expect(passed({ ...fine, reports: undefined })).toBe(true);
    expect(passed({ ...fine, reports: { lost: runs, doubled: [] } })).toBe(false);
    expect(passed({ ...fine, reports: { lost: [], doubled: runs } })).toBe(false);
    const broken = [{ name: "code deployed", start: 0, end: 1, failure: "no" }];
    expect(passed({ ...fine, changes: broken })).toBe(false);
  });
});
