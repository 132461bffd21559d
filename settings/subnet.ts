/** An IPv4 network. */
export interface Subnet {
  /** First address, as a number. */
  readonly base: number;
  /** Length of the prefix in bits. */
  readonly prefix: number;
}

/**
 * Reads a network in CIDR notation.
 *
 * @returns the network; undefined unless the text is the first address of a network and a prefix length
 */
export function parseSubnet(text: string): Subnet | undefined {
  // No leading zeros, which some programs read as octal.
  const number = "(0|[1-9]\\d{0,2})";
  const match = new RegExp(`^${Array(4).fill(number).join("\\.")}/${number}$`).exec(text);
  if (match === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = match.slice(1).map(Number);
  if (Math.max(a, b, c, d) > 255 || prefix > 32) return undefined;
  const base = ((a * 256 + b) * 256 + c) * 256 + d;
  return base % 2 ** (32 - prefix) === 0 ? { base, prefix } : undefined;
}

/** The network of an address and its netmask, both in dotted notation. */
export function parseNetmask(address: string, netmask: string): Subnet | undefined {
  const own = parseSubnet(`${address}/32`);
  const mask = parseSubnet(`${netmask}/32`);
  if (own === undefined || mask === undefined) return undefined;
  const size = 2 ** 32 - mask.base;
  return { base: own.base - (own.base % size), prefix: 32 - Math.log2(size) };
}

/** The address at an offset from the network's first one. */
export function addressOf(subnet: Subnet, offset: number): string {
  const address = subnet.base + offset;
  return [24, 16, 8, 0].map((shift) => String((address >>> shift) & 255)).join(".");
}

/** Whether two networks share an address. */
export function overlap(one: Subnet, other: Subnet): boolean {
  const size = 2 ** (32 - Math.min(one.prefix, other.prefix));
  return Math.floor(one.base / size) === Math.floor(other.base / size);
}

/** Whether a network is in the ranges for private use (RFC 1918). */
export function isPrivate(subnet: Subnet): boolean {
  return ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].some((text) => {
    const range = parseSubnet(text);
    return range !== undefined && range.prefix <= subnet.prefix && overlap(range, subnet);
  });
}
