import { digest, numberBelow } from "./identifiers.js";

/**
 * The contents of the identifiers of VPCs and subnets. They contain the address range and the zone, so
 * that queries about a network and resources in it need no stored state: `subnet-0a00010018` starts the
 * identifier of a subnet with 10.0.1.0/24, and the next digit is its zone (1 for a). Other identifiers,
 * which tests invent, stand for some network in 10.0.0.0/8.
 */

interface Network {
  /** The first address, as a number. */
  address: number;
  /** Length of the network prefix in bits. */
  bits: number;
  /** The letter of the zone, or nothing for a network without a particular zone. */
  zone: string;
}

const zones = "abcdef";
/** Zones for resources that do not name one. */
export const usualZones = ["a", "b", "c"] as const;

/** The identifier of a network; without a range, one is chosen. */
export function networkId(prefix: string, cidr: string, zone: string, seed: string): string {
  const { address, bits } = parseCidr(cidr) ?? { address: 10 * 2 ** 24, bits: 16 };
  const index = zones.indexOf(zone.at(-1) ?? "") + 1;
  return `${prefix}-${hex(address, 8)}${hex(bits, 2)}${index}${seed.slice(0, 6)}`;
}

/** The range of a network, from its identifier. */
export function cidrOf(id: string): string {
  const { address, bits } = networkOf(id);
  return `${dotted(address)}/${bits}`;
}

/** The zone of a subnet, from its identifier. */
export function zoneOf(subnetId: string, region: string): string {
  return region + networkOf(subnetId).zone;
}

/** The VPC around a subnet, from its identifier. */
export function vpcOf(subnetId: string): string {
  const { address } = networkOf(subnetId);
  const around = `${dotted(address - (address % 2 ** 16))}/16`;
  return networkId("vpc", around, "", digest("vpc", around));
}

/** An address in a subnet for a host; the first four and the last are AWS's own. */
export function addressIn(subnetId: string, host: number): string {
  const { address, bits } = networkOf(subnetId);
  return dotted(address + 4 + (host % (2 ** (32 - bits) - 5)));
}

function networkOf(id: string): Network {
  const [, addressDigits, bitsDigits, zoneDigit] =
    /-([0-9a-f]{8})([0-9a-f]{2})([0-6])[0-9a-f]{6}$/.exec(id) ?? [];
  if (addressDigits !== undefined && bitsDigits !== undefined) {
    const address = parseInt(addressDigits, 16);
    const bits = parseInt(bitsDigits, 16);
    const told = bits >= 16 && bits <= 28 && address % 2 ** (32 - bits) === 0;
    if (told) return { address, bits, zone: zones[Number(zoneDigit) - 1] ?? someZone(id) };
  }
  const bits = id.startsWith("vpc-") ? 16 : 24;
  const network = numberBelow(2 ** (bits - 8), id);
  return { address: 10 * 2 ** 24 + network * 2 ** (32 - bits), bits, zone: someZone(id) };
}

function someZone(id: string): string {
  return usualZones[numberBelow(usualZones.length, "zone", id)] ?? "a";
}

function parseCidr(cidr: string): { address: number; bits: number } | undefined {
  const [, a, b, c, d, bits] = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr)?.map(Number) ?? [];
  if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
  return { address: ((a * 256 + b) * 256 + c) * 256 + d, bits: bits ?? 32 };
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
