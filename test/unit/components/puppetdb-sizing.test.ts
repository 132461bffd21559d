import { describe, expect, it } from "vitest";
import type { PuppetDbSizingArgs } from "../../../components/puppetdb/args.js";
import { puppetdbMemory, puppetdbSizing } from "../../../components/puppetdb/sizing.js";

const fqdn = "puppetdb.example.test";
const on = (cores: number, memory: number) => ({ fqdn, cores, memory });
/** What the JVM needs in addition to its heap, in MiB. */
const overhead = 256;

describe("puppetdbMemory", () => {
  it.each([
    [2048, 819],
    [4096, 1638],
    [8192, 3276],
  ])("of %i MiB is all of a host of its own, and beside the main server %i", (memory, beside) => {
    expect(puppetdbMemory(memory, false)).toBe(memory);
    expect(puppetdbMemory(memory, true)).toBe(beside);
  });
});

describe("puppetdbSizing", () => {
  it.each([
    { cores: 1, memory: 1024, heap: 512, threads: 1, connections: 10, sharedBuffers: 256 },
    { cores: 2, memory: 2048, heap: 819, threads: 1, connections: 10, sharedBuffers: 512 },
    { cores: 3, memory: 4096, heap: 1638, threads: 1, connections: 12, sharedBuffers: 1024 },
    { cores: 4, memory: 8192, heap: 3276, threads: 2, connections: 16, sharedBuffers: 2048 },
    { cores: 12, memory: 20479, heap: 8191, threads: 6, connections: 48, sharedBuffers: 5119 },
    // From here on more memory makes no greater heap, and more cores no more connections.
    { cores: 13, memory: 20480, heap: 8192, threads: 6, connections: 50, sharedBuffers: 5120 },
    { cores: 32, memory: 65536, heap: 8192, threads: 16, connections: 50, sharedBuffers: 16384 },
    { cores: 64, memory: 262144, heap: 8192, threads: 16, connections: 50, sharedBuffers: 16384 },
    // The least there is.
    { cores: 1, memory: 1023, heap: 512, threads: 1, connections: 10, sharedBuffers: 255 },
    { cores: 2, memory: 1280, heap: 512, threads: 1, connections: 10, sharedBuffers: 320 },
  ])(
    "gives $cores cores and $memory MiB $heap MiB of heap",
    ({ cores, memory, connections, ...sizing }) => {
      expect(puppetdbSizing(on(cores, memory), {}, true)).toEqual({
        ...sizing,
        writeConnections: connections,
        readConnections: connections,
      });
    },
  );

  it("reserves nothing for a PostgreSQL elsewhere", () => {
    const local = puppetdbSizing(on(4, 8192), {}, true);
    expect(puppetdbSizing(on(4, 8192), {}, false)).toEqual({ ...local, sharedBuffers: 0 });
    expect(puppetdbSizing(on(1, 768), {}, false)).toMatchObject({ heap: 512, sharedBuffers: 0 });
  });

  it.each<PuppetDbSizingArgs>([
    { heap: 512 },
    { heap: 5888 },
    { threads: 1 },
    { threads: 4 },
    { writeConnections: 3 },
    { writeConnections: 200 },
    { readConnections: 1 },
    { readConnections: 200 },
    { heap: 1024, threads: 3, writeConnections: 4, readConnections: 2 },
  ])("keeps %j of 4 cores and 8192 MiB, and computes the rest", (given) => {
    const computed = puppetdbSizing(on(4, 8192), {}, true);
    expect(puppetdbSizing(on(4, 8192), given, true)).toEqual({ ...computed, ...given });
  });

  it.each<{
    cores: number;
    memory: number;
    given: PuppetDbSizingArgs;
    local: boolean;
    sentence: string;
  }>([
    {
      cores: 4,
      memory: 8192,
      given: { threads: 5 },
      local: true,
      sentence:
        "threads: 5 on puppetdb.example.test, which has 4 cores; set at most 4: more would only slow each other down.",
    },
    {
      cores: 1,
      memory: 8192,
      given: { threads: 2 },
      local: true,
      sentence:
        "threads: 2 on puppetdb.example.test, which has 1 core; set at most 1: more would only slow each other down.",
    },
    {
      cores: 4,
      memory: 8192,
      given: { threads: 3, writeConnections: 3 },
      local: true,
      sentence:
        "writeConnections: 3 for 3 threads; set at least 4, so that cleanup gets a connection as well.",
    },
    {
      cores: 64,
      memory: 65536,
      given: { threads: 64 },
      local: true,
      sentence:
        "writeConnections: 50 for 64 threads; set at least 65, so that cleanup gets a connection as well.",
    },
    {
      cores: 2,
      memory: 1022,
      given: {},
      local: true,
      sentence:
        "heap: 512 MiB with 256 MiB for the JVM and 255 MiB for PostgreSQL is 1023 MiB, but puppetdb.example.test has 1022 MiB for PuppetDB; give the host more memory.",
    },
    {
      cores: 2,
      memory: 400,
      given: {},
      local: true,
      sentence:
        "heap: 512 MiB with 256 MiB for the JVM and 128 MiB for PostgreSQL is 896 MiB, but puppetdb.example.test has 400 MiB for PuppetDB; give the host more memory.",
    },
    {
      cores: 4,
      memory: 8192,
      given: { heap: 5889 },
      local: true,
      sentence:
        "heap: 5889 MiB with 256 MiB for the JVM and 2048 MiB for PostgreSQL is 8193 MiB, but puppetdb.example.test has 8192 MiB for PuppetDB; lower heap, or give the host more memory.",
    },
    {
      cores: 4,
      memory: 8192,
      given: { heap: 7937 },
      local: false,
      sentence:
        "heap: 7937 MiB with 256 MiB for the JVM is 8193 MiB, but puppetdb.example.test has 8192 MiB for PuppetDB; lower heap, or give the host more memory.",
    },
  ])(
    "refuses $given on $cores cores and $memory MiB",
    ({ cores, memory, given, local, sentence }) => {
      expect(() => puppetdbSizing(on(cores, memory), given, local)).toThrow(new Error(sentence));
    },
  );

  it("accepts what its own error says to set", () => {
    const { threads, writeConnections } = puppetdbSizing(
      on(64, 65536),
      { threads: 64, writeConnections: 65 },
      true,
    );
    expect({ threads, writeConnections }).toEqual({ threads: 64, writeConnections: 65 });
    expect(puppetdbSizing(on(4, 8192), { threads: 4 }, true).threads).toBe(4);
    expect(puppetdbSizing(on(4, 8192), { heap: 7936 }, false).heap).toBe(7936);
  });

  it("never gives more than the host has, and sizes every host with the minimum", () => {
    for (const cores of [1, 2, 3, 4, 6, 8, 12, 13, 16, 32, 64]) {
      for (let memory = 1024; memory <= 70000; memory += 61) {
        const { heap, threads, writeConnections, readConnections, sharedBuffers } = puppetdbSizing(
          on(cores, memory),
          {},
          true,
        );
        const host = `${String(cores)} cores, ${String(memory)} MiB`;
        expect(heap + overhead + sharedBuffers, host).toBeLessThanOrEqual(memory);
        expect(heap, host).toBeGreaterThanOrEqual(512);
        expect(sharedBuffers, host).toBeGreaterThanOrEqual(128);
        expect(threads, host).toBeGreaterThanOrEqual(1);
        expect(threads, host).toBeLessThanOrEqual(cores);
        expect(writeConnections, host).toBeGreaterThan(threads);
        expect(writeConnections + readConnections, host).toBeLessThanOrEqual(100);
        for (const value of [heap, threads, writeConnections, sharedBuffers]) {
          expect(Number.isInteger(value), host).toBe(true);
        }
      }
    }
  });
});
