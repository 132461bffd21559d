import { describe, expect, it } from "vitest";
import {
  addressOf,
  isPrivate,
  overlap,
  parseNetmask,
  parseSubnet,
  type Subnet,
} from "../../../settings/subnet.js";
import { compilerOffset } from "../../../roles/compiler/address.js";

function subnet(text: string): Subnet {
  const parsed = parseSubnet(text);
  if (parsed === undefined) throw new Error(`${text} is no network`);
  return parsed;
}

describe("parseSubnet", () => {
  it.each([
    ["10.213.7.0/24", { base: 0x0ad50700, prefix: 24 }],
    ["192.168.0.0/16", { base: 0xc0a80000, prefix: 16 }],
    ["255.255.255.255/32", { base: 0xffffffff, prefix: 32 }],
    ["0.0.0.0/0", { base: 0, prefix: 0 }],
  ])("reads %s", (text, expected) => {
    expect(parseSubnet(text)).toEqual(expected);
  });

  it.each([
    ["", "nothing"],
    ["10.213.7.0", "no prefix"],
    ["10.213.7/24", "three numbers"],
    ["10.213.7.1/24", "an address within the network"],
    ["10.213.7.0/23", "host bits"],
    ["10.213.256.0/24", "a number above 255"],
    ["10.213.7.0/33", "a prefix above 32"],
    ["10.213.7.0/24 ", "a space"],
    ["10.213.-7.0/24", "a sign"],
    ["fd00::/64", "IPv6"],
  ])("rejects %j: %s", (text) => {
    expect(parseSubnet(text)).toBeUndefined();
  });
});

describe("parseNetmask", () => {
  it.each([
    ["192.168.1.77", "255.255.255.0", "192.168.1.0/24"],
    ["10.213.7.5", "255.255.240.0", "10.213.0.0/20"],
    ["10.0.0.5", "255.255.255.255", "10.0.0.5/32"],
    ["172.17.0.1", "0.0.0.0", "0.0.0.0/0"],
  ])("reads %s with the netmask %s", (address, netmask, network) => {
    expect(parseNetmask(address, netmask)).toEqual(subnet(network));
  });

  it("rejects anything but IPv4", () => {
    expect(parseNetmask("fe80::1", "ffff:ffff:ffff:ffff::")).toBeUndefined();
    expect(parseNetmask("10.0.0.1", "ffff::")).toBeUndefined();
  });
});

describe("addressOf", () => {
  it.each([
    ["10.213.7.0/24", 5, "10.213.7.5"],
    ["10.213.7.0/24", 128, "10.213.7.128"],
    ["192.168.0.0/16", 256, "192.168.1.0"],
    // Above 2^31, where JavaScript's shifts return negative numbers.
    ["255.255.255.0/24", 255, "255.255.255.255"],
  ])("counts from the first address of %s: %i", (text, offset, address) => {
    expect(addressOf(subnet(text), offset)).toBe(address);
  });
});

describe("overlap", () => {
  it.each([
    ["10.0.0.0/24", "10.0.0.0/24", true],
    ["10.0.0.0/8", "10.213.7.0/24", true],
    ["10.213.7.0/24", "10.0.0.0/8", true],
    ["10.0.0.0/24", "10.0.1.0/24", false],
    ["10.0.0.0/23", "10.0.1.0/24", true],
    ["192.168.0.0/16", "172.16.0.0/12", false],
    ["0.0.0.0/0", "192.168.1.0/24", true],
  ])("%s and %s: %s", (one, other, expected) => {
    expect(overlap(subnet(one), subnet(other))).toBe(expected);
  });
});

describe("isPrivate", () => {
  it.each([
    ["10.0.0.0/8", true],
    ["10.255.255.0/24", true],
    ["172.16.0.0/16", true],
    ["172.31.255.0/24", true],
    ["192.168.255.0/24", true],
    // A single address outside is enough.
    ["10.0.0.0/7", false],
    ["172.0.0.0/8", false],
    ["192.168.0.0/15", false],
    ["172.15.255.0/24", false],
    ["172.32.0.0/24", false],
    ["11.0.0.0/24", false],
    ["100.64.0.0/24", false],
  ])("%s: %s", (text, expected) => {
    expect(isPrivate(subnet(text))).toBe(expected);
  });
});

describe("compilerOffset", () => {
  const others = ["compiler51", "compiler99", "compiler100", "compiler0", "compiler01", "compiler"];

  it("gives numbered compilers consecutive addresses, one each", () => {
    const names = Array.from({ length: 50 }, (_, index) => `compiler${String(index + 1)}`);
    expect(names.map(compilerOffset)).toEqual(names.map((_, index) => 21 + index));
  });

  // A different offset would give a deployed compiler a different address, and so replace it.
  it.each([
    ["rho", 76],
    ["chi", 76],
    ["lambda", 122],
    ["compiler51", 84],
    ["web-1", 120],
  ])("of %s stays %i", (name, offset) => {
    expect(compilerOffset(name)).toBe(offset);
  });

  it("of other names is after those and before the agents' addresses", () => {
    const words = Array.from({ length: 2000 }, (_, index) => (index * 7919).toString(36));
    const offsets = [...others, ...words, "c".repeat(63)].map(compilerOffset);
    expect(Math.min(...offsets)).toBe(71);
    expect(Math.max(...offsets)).toBe(127);
    expect(offsets.every(Number.isInteger)).toBe(true);
  });

  it("spreads other names over all of their addresses", () => {
    const offsets = Array.from({ length: 500 }, (_, index) => `pc-${String(index)}`);
    expect(new Set(offsets.map(compilerOffset)).size).toBe(57);
  });
});
