import { describe, expect, it } from "vitest";
import type { SizingArgs } from "../../../components/puppet-server/args.js";
import { queueLimits, serverSizing } from "../../../components/puppet-server/sizing.js";

const fqdn = "main.example.test";
const on = (cores: number, memory: number) => ({ fqdn, cores, memory });
/** What the JVM needs in addition to heap and code cache, in MiB. */
const overhead = 256;

describe("serverSizing", () => {
  it.each([
    { cores: 1, memory: 2048, jrubies: 1, heap: 1024, codeCache: 512 },
    { cores: 2, memory: 2048, jrubies: 1, heap: 1024, codeCache: 512 },
    { cores: 4, memory: 8192, jrubies: 3, heap: 2048, codeCache: 512 },
    // Above 8 GiB there are 768 MiB for each JRuby, from 32 GiB on 1024.
    { cores: 4, memory: 8193, jrubies: 3, heap: 2816, codeCache: 512 },
    { cores: 8, memory: 16384, jrubies: 7, heap: 5888, codeCache: 1024 },
    { cores: 8, memory: 32767, jrubies: 7, heap: 5888, codeCache: 1024 },
    { cores: 8, memory: 32768, jrubies: 7, heap: 7680, codeCache: 1024 },
    { cores: 14, memory: 65536, jrubies: 13, heap: 13824, codeCache: 2048 },
    { cores: 16, memory: 65536, jrubies: 15, heap: 15872, codeCache: 2048 },
    // Memory for fewer JRubies than the cores would serve.
    { cores: 16, memory: 4096, jrubies: 5, heap: 3072, codeCache: 512 },
    { cores: 16, memory: 2048, jrubies: 1, heap: 1024, codeCache: 512 },
    { cores: 2, memory: 1792, jrubies: 1, heap: 1024, codeCache: 512 },
  ])("gives $cores cores and $memory MiB $jrubies JRubies", ({ cores, memory, ...sizing }) => {
    expect(serverSizing(on(cores, memory))).toEqual(sizing);
  });

  it.each<{ given: SizingArgs; sizing: Required<SizingArgs> }>([
    { given: { jrubies: 8 }, sizing: { jrubies: 8, heap: 6656, codeCache: 1024 } },
    { given: { jrubies: 1 }, sizing: { jrubies: 1, heap: 1280, codeCache: 512 } },
    { given: { heap: 8192 }, sizing: { jrubies: 7, heap: 8192, codeCache: 1024 } },
    { given: { codeCache: 96 }, sizing: { jrubies: 7, heap: 5888, codeCache: 96 } },
    // Too little memory is left for the seven JRubies of eight cores.
    {
      given: { codeCache: 2048, heap: 14080 },
      sizing: { jrubies: 7, heap: 14080, codeCache: 2048 },
    },
    {
      given: { jrubies: 2, heap: 1024, codeCache: 256 },
      sizing: { jrubies: 2, heap: 1024, codeCache: 256 },
    },
  ])("keeps $given of 8 cores and 16384 MiB", ({ given, sizing }) => {
    expect(serverSizing(on(8, 16384), given)).toEqual(sizing);
  });

  it.each<{ cores: number; memory: number; given: SizingArgs; sentence: string }>([
    {
      cores: 2,
      memory: 4096,
      given: { jrubies: 3 },
      sentence:
        "jrubies: 3 on main.example.test, which has 2 cores; set at most 2: more would only slow each other down.",
    },
    {
      cores: 4,
      memory: 8192,
      given: { jrubies: 3, heap: 1279 },
      sentence:
        "heap: 1279 MiB on main.example.test is too small for 3 JRubies; set at least 1280, or better 2048.",
    },
    {
      cores: 2,
      memory: 1791,
      given: {},
      sentence:
        "heap: 1024 MiB with 512 MiB code cache and 256 MiB for the JVM is 1792 MiB, but main.example.test has 1791 MiB; lower heap, codeCache or jrubies, or give the host more memory.",
    },
    {
      cores: 4,
      memory: 2048,
      given: { jrubies: 4 },
      sentence:
        "heap: 2560 MiB with 512 MiB code cache and 256 MiB for the JVM is 3328 MiB, but main.example.test has 2048 MiB; lower heap, codeCache or jrubies, or give the host more memory.",
    },
    {
      cores: 4,
      memory: 4096,
      given: { heap: 4096 },
      sentence:
        "heap: 4096 MiB with 512 MiB code cache and 256 MiB for the JVM is 4864 MiB, but main.example.test has 4096 MiB; lower heap, codeCache or jrubies, or give the host more memory.",
    },
  ])("refuses $given on $cores cores and $memory MiB", ({ cores, memory, given, sentence }) => {
    expect(() => serverSizing(on(cores, memory), given)).toThrow(new Error(sentence));
  });

  it("accepts what its own error says to set", () => {
    expect(serverSizing(on(4, 8192), { jrubies: 3, heap: 1280 })).toMatchObject({
      jrubies: 3,
      heap: 1280,
    });
    expect(serverSizing(on(2, 4096), { jrubies: 2 })).toMatchObject({ jrubies: 2 });
  });

  it("uses as many JRubies as fit a given heap", () => {
    expect(serverSizing(on(8, 16384), { heap: 1024 })).toMatchObject({ jrubies: 1, heap: 1024 });
    expect(serverSizing(on(8, 16384), { heap: 3000 })).toMatchObject({ jrubies: 3, heap: 3000 });
  });

  it("never gives more than the host has, and sizes every host that has room for one JRuby", () => {
    for (const cores of [1, 2, 3, 4, 6, 7, 8, 12, 13, 14, 16, 32, 64]) {
      for (let memory = 1792; memory <= 70000; memory += 61) {
        const { jrubies, heap, codeCache } = serverSizing(on(cores, memory));
        const host = `${String(cores)} cores, ${String(memory)} MiB`;
        expect(heap + codeCache + overhead, host).toBeLessThanOrEqual(memory);
        expect(jrubies, host).toBeGreaterThanOrEqual(1);
        expect(jrubies, host).toBeLessThanOrEqual(Math.max(1, cores - 1));
        expect(heap, host).toBeGreaterThanOrEqual(512 + 512 * jrubies);
      }
    }
  });

  it("uses the memory: one more JRuby would not fit, or would have no core", () => {
    const perJruby = (memory: number) => (memory <= 8192 ? 512 : memory < 32768 ? 768 : 1024);
    const codeCacheOf = (jrubies: number) => (jrubies <= 6 ? 512 : jrubies <= 12 ? 1024 : 2048);
    for (const cores of [2, 4, 8, 16]) {
      for (let memory = 1792; memory <= 40000; memory += 97) {
        const more = serverSizing(on(cores, memory)).jrubies + 1;
        const needed = 512 + perJruby(memory) * more + codeCacheOf(more) + overhead;
        const host = `${String(cores)} cores, ${String(memory)} MiB`;
        expect(more > cores - 1 || needed > memory, host).toBe(true);
      }
    }
  });
});

describe("queueLimits", () => {
  it.each([
    [1, 12],
    [4, 48],
    [12, 144],
    [13, 150],
    [64, 150],
  ])("of %i JRubies let %i requests wait", (jrubies, maxQueuedRequests) => {
    expect(queueLimits(jrubies)).toEqual({ maxQueuedRequests, maxRetryDelay: 60 });
  });

  it("are those of the settings", () => {
    expect(queueLimits(4, { maxQueuedRequests: 0, maxRetryDelay: 600 })).toEqual({
      maxQueuedRequests: 0,
      maxRetryDelay: 600,
    });
  });
});
