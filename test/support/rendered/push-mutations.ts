import { raw, type Raw } from "./bad-pushes.js";
import { idle } from "./idle-pushes.js";
import { good } from "./push-payloads.js";

/** Numbers from 0 to below 1 that are the same at every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Where something is in a body. */
type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}

/** A body with something different, or nothing, at a path. */
function replaced(body: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const copy = (Array.isArray(body) ? [...(body as unknown[])] : { ...(body as object) }) as Record<
    string | number,
    unknown
  >;
  copy[key] = replaced(copy[key], rest, value);
  return copy;
}

const strangers: readonly unknown[] = [
  ...[undefined, null, true, false, 0, -1, 1.5, 1e300, "", "x", "refs/heads/", "\u0000", "\ud800"],
  ...["../../etc", "-x", "refs/tags/x", "refs/heads/ü", "branch", "0000", "new", [], [null], [[]]],
  ...[{}, { new: "x" }, { id: [] }, [{ ref: null }], { full_name: {} }, "y".repeat(5000)],
];

/** Valid messages, each with one fault. */
export function mutations(count: number, seed: number): Raw[] {
  const random = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const servers = [...good, ...idle];
  return Array.from({ length: count }, () => {
    const { header, event, body } = pick(servers);
    let changed = body;
    for (let change = 0; change <= random() * 2; change++) {
      changed = replaced(changed, pick(pathsOf(changed)), pick(strangers));
    }
    const named = random() < 0.8 ? event : pick(servers).event;
    const message = raw({
      ...(header === undefined ? {} : { header }),
      ...(named === undefined ? {} : { event: named }),
      body: changed ?? null,
    });
    const bytes = Buffer.from(message.payload as string);
    if (random() < 0.2) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    return { ...message, payload: bytes };
  });
}
