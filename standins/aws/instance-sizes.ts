/** The size of an instance type, derived from its name. */
export interface InstanceSize {
  cpus: number;
  /** In MiB. */
  memory: number;
  architecture: "arm64" | "x86_64";
  burstable: boolean;
}

/** Memory in GiB of burstable types, which have two CPUs up to `large`. */
const burstable = { nano: 0.5, micro: 1, small: 2, medium: 4, large: 8 };
/** Memory in GiB per CPU, by the letter of the family. */
const memoryPerCpu = { c: 2, m: 4, r: 8, t: 4, x: 16 };

/** The size of an instance type such as `m7g.2xlarge`; undefined for any other name. */
export function instanceSize(instanceType: string): InstanceSize | undefined {
  const [, family, processor, size = ""] =
    /^([cmrtx])\d([a-z-]*)\.(nano|micro|small|medium|large|\d*xlarge)$/.exec(instanceType) ?? [];
  if (family === undefined || processor === undefined) return undefined;
  const architecture = processor.startsWith("g") ? "arm64" : "x86_64";
  if (family === "t" && size in burstable) {
    const memory = burstable[size as keyof typeof burstable] * 1024;
    return { cpus: 2, memory, architecture, burstable: true };
  }
  const cpus = cpusOf(size);
  const memory = cpus * memoryPerCpu[family as keyof typeof memoryPerCpu] * 1024;
  return { cpus, memory, architecture, burstable: family === "t" };
}

function cpusOf(size: string): number {
  if (size === "medium") return 1;
  if (size === "large") return 2;
  return 4 * Number(size.replace("xlarge", "") || 1);
}
