import { describe, expect, it } from "vitest";
import { instanceSize } from "../../../settings/instance-types.js";
import { zoneOf } from "../../../platforms/aws/naming.js";
import { blocksOf } from "../../../platforms/aws/network.js";

describe("an instance type", () => {
  it.each([
    ["t3.micro", 2, 1, "amd64", 0.0104],
    ["t3.medium", 2, 4, "amd64", 0.0416],
    ["t3a.xlarge", 4, 16, "amd64", 0.1504],
    ["t4g.small", 2, 2, "arm64", 0.0168],
    ["c7i.large", 2, 4, "amd64", 0.08925],
    ["c7i.xlarge", 4, 8, "amd64", 0.1785],
    ["c7i.48xlarge", 192, 384, "amd64", 8.568],
    ["m7i.large", 2, 8, "amd64", 0.1008],
    ["m7g.large", 2, 8, "arm64", 0.0816],
    ["m6i.2xlarge", 8, 32, "amd64", 0.384],
    ["r7g.16xlarge", 64, 512, "arm64", 3.4272],
    // Variants have the same processors and, if they are not in the table, no price.
    ["c6gn.large", 2, 4, "arm64", undefined],
    ["m6id.xlarge", 4, 16, "amd64", undefined],
    ["m5.large", 2, 8, "amd64", undefined],
    ["r8gd.4xlarge", 16, 128, "arm64", undefined],
    ["c9i.large", 2, 4, "amd64", undefined],
  ])("%s has %i cores and %i GiB", (type, cores, gigabytes, architecture, price) => {
    const size = instanceSize(type);
    expect(size).toMatchObject({ cores, memory: gigabytes * 1024, architecture });
    if (price === undefined) expect(size?.price).toBeUndefined();
    else expect(size?.price).toBeCloseTo(price, 6);
  });

  it.each([
    ...["m7i-flex.large", "c7i.metal-24xl", "m5.metal", "t3.nano", "m7g.medium", "t3.4xlarge"],
    ...["p5.48xlarge", "x2gd.large", "i4i.large", "u7i-12tb.224xlarge", "m4.large", "t2.medium"],
    ...["c7i", ".large", "c7i.", "c7i.huge", "c7i.xxlarge", "c7i.-2xlarge", "c7i.0xlarge"],
    ...["c7i.02xlarge", "C7i.large", " c7i.large", "c7i.large\n", ""],
  ])("%j is not known", (type) => {
    expect(instanceSize(type)).toBeUndefined();
  });
});

describe("the blocks of a network", () => {
  it.each([
    ["10.20.0.0/16", ["10.20.0.0/18", "10.20.64.0/18", "10.20.128.0/18", "10.20.192.0/18"]],
    ["10.0.0.0/24", ["10.0.0.0/26", "10.0.0.64/26", "10.0.0.128/26", "10.0.0.192/26"]],
    [
      "192.168.252.0/22",
      ["192.168.252.0/24", "192.168.253.0/24", "192.168.254.0/24", "192.168.255.0/24"],
    ],
    [
      "255.255.0.0/16",
      ["255.255.0.0/18", "255.255.64.0/18", "255.255.128.0/18", "255.255.192.0/18"],
    ],
  ])("%s: these are its quarters", (cidr, blocks) => {
    expect(blocksOf(cidr)).toEqual(blocks);
  });

  it.each(["10.20.1.0/16", "10.20.0.0", "here"])("are none for %s", (cidr) => {
    expect(() => blocksOf(cidr)).toThrow(`${cidr} is not a network.`);
  });
});

describe("a compiler's Availability Zone", () => {
  const zones = (names: readonly string[], count: number) =>
    names.map((name) => zoneOf(name, count));
  const numbered = (length: number) =>
    Array.from({ length }, (_, index) => `compiler${String(index + 1)}`);

  it("alternates with its number", () => {
    expect(zones(numbered(6), 2)).toEqual([0, 1, 0, 1, 0, 1]);
    expect(zones(numbered(7), 3)).toEqual([0, 1, 2, 0, 1, 2, 0]);
    expect(zones(["web-7", "web-08", "web9", "compiler0", "5"], 3)).toEqual([0, 1, 2, 2, 1]);
  });

  it("depends only on the name if that has no number, and names are spread", () => {
    const names = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel"];
    const found = zones(names, 3);
    expect(zones(names, 3)).toEqual(found);
    expect(new Set(found)).toEqual(new Set([0, 1, 2]));
  });

  it("exists, whatever the name", () => {
    for (const name of ["x999999999999999999999999", "x4294967296", "0", "a-b", "c".repeat(63)]) {
      for (const count of [2, 3]) {
        const zone = zoneOf(name, count);
        expect(Number.isInteger(zone) && zone >= 0 && zone < count, name).toBe(true);
      }
    }
  });
});
