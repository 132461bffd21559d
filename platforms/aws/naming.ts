import { createHash } from "node:crypto";

/** Tags of a stack's resources; each also has its own name. */
export type Tags = Readonly<Record<string, string>>;

/** Tags of one resource. */
export function tagsOf(tags: Tags, name: string): Record<string, string> {
  return { ...tags, Name: name };
}

/**
 * The Availability Zone of a compiler, counted from 0: it depends only on the name, so that no compiler moves when
 * another one is removed. Numbered compilers are distributed evenly.
 */
export function zoneOf(name: string, zones: number): number {
  const [digits] = /\d{1,9}$/.exec(name) ?? [];
  const number =
    digits === undefined
      ? createHash("sha256").update(name).digest().readUInt32BE()
      : Number(digits) + zones - 1;
  return number % zones;
}
