/** Hardware and price of an instance type. */
export interface InstanceSize {
  /** Virtual CPUs. */
  readonly cores: number;
  /** Memory in MiB. */
  readonly memory: number;
  /** Architecture, as Debian names it. */
  readonly architecture: "amd64" | "arm64";
  /** US dollars per hour, on demand, Linux, us-east-1; undefined if the table has no price. */
  readonly price: number | undefined;
}

/** Memory of an instance that is reserved for the system, in MiB. */
export const reservedMemory = 512;

/** GiB of memory for each virtual CPU, by class. */
const memoryPerCore = { c: 2, m: 4, r: 8 } as const;

/** Virtual CPUs of the sizes from `large` on. */
const coresOf = (size: string): number | undefined => {
  if (size === "large") return 2;
  const match = /^([1-9]\d*)?xlarge$/.exec(size);
  return match === null ? undefined : 4 * Number(match[1] ?? 1);
};

/** Sizes of the burstable families: virtual CPUs and GiB. */
const burstable: Readonly<Record<string, readonly [number, number]>> = {
  micro: [2, 1],
  small: [2, 2],
  medium: [2, 4],
  large: [2, 8],
  xlarge: [4, 16],
  "2xlarge": [8, 32],
};

/**
 * Dollars per hour for each family's `large`, on demand in us-east-1; other sizes cost in proportion. From Amazon's
 * price list of November 2025.
 */
const priceOfLarge: Readonly<Record<string, number>> = {
  t3: 0.0832,
  t3a: 0.0752,
  t4g: 0.0672,
  c6i: 0.085,
  c6a: 0.0765,
  c6g: 0.068,
  c7i: 0.08925,
  c7a: 0.10264,
  c7g: 0.0725,
  m6i: 0.096,
  m6a: 0.0864,
  m6g: 0.077,
  m7i: 0.1008,
  m7a: 0.11592,
  m7g: 0.0816,
  r6i: 0.126,
  r6a: 0.1134,
  r6g: 0.1008,
  r7i: 0.1323,
  r7a: 0.15215,
  r7g: 0.1071,
};

/**
 * Hardware of an EC2 instance type, derived from its name for the families that suit Puppet.
 *
 * @returns undefined for a type from a different family, or an unknown size
 */
export function instanceSize(type: string): InstanceSize | undefined {
  const [, letter, generation, traits = "", size = ""] =
    /^([a-z])(\d)([a-z]*)\.([a-z0-9]+)$/.exec(type) ?? [];
  if (letter === undefined) return undefined;
  const family = `${letter}${generation ?? ""}${traits}`;
  const architecture = traits.includes("g") ? "arm64" : "amd64";
  const perLarge = priceOfLarge[family];
  if (/^t(3a?|4g)$/.test(family)) {
    const found = burstable[size];
    if (found === undefined) return undefined;
    const [cores, memory] = found;
    // Burstable sizes are priced by memory: `large` has 8 GiB.
    const price = perLarge === undefined ? undefined : (perLarge * memory) / 8;
    return { cores, memory: memory * 1024, architecture, price };
  }
  if (!["c", "m", "r"].includes(letter) || Number(generation) < 5) return undefined;
  // Network- and disk-optimised variants have the same processors; `-flex` and metal are not supported.
  const cores = coresOf(size);
  if (cores === undefined) return undefined;
  return {
    cores,
    memory: cores * memoryPerCore[letter as keyof typeof memoryPerCore] * 1024,
    architecture,
    price: perLarge === undefined ? undefined : (perLarge * cores) / 2,
  };
}

/** What an EC2 instance type leaves for services: processor cores, and memory in MiB. */
export function instanceHardware(type: string): { cores: number; memory: number } {
  const size = instanceSize(type);
  if (size === undefined) throw new Error(`${type} is not a known instance type.`);
  return { cores: size.cores, memory: size.memory - reservedMemory };
}
