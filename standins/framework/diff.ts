import { equal, isObject, isSigned, type PropertyMap, type Value } from "./values.js";

export type Change = "add" | "delete" | "update";

/** The differences by property path (`environment.PATH`, `triggers[0]`). */
export type DetailedDiff = Map<string, Change>;

/** Compares all properties down to the deepest path; secrets and assets are compared as a whole. */
export function detailedDiff(olds: PropertyMap, news: PropertyMap): DetailedDiff {
  const changes: DetailedDiff = new Map();
  compareObjects("", olds, news, changes);
  return changes;
}

function compareObjects(
  prefix: string,
  olds: PropertyMap,
  news: PropertyMap,
  changes: DetailedDiff,
): void {
  for (const name of new Set([...Object.keys(olds), ...Object.keys(news)])) {
    compare(propertyPath(prefix, name), olds[name], news[name], changes);
  }
}

function compare(
  path: string,
  old: Value | undefined,
  now: Value | undefined,
  changes: DetailedDiff,
): void {
  if (old === undefined) {
    if (now !== undefined) changes.set(path, "add");
  } else if (now === undefined) {
    changes.set(path, "delete");
  } else if (Array.isArray(old) && Array.isArray(now)) {
    for (let i = 0; i < Math.max(old.length, now.length); i++) {
      compare(`${path}[${i}]`, old[i], now[i], changes);
    }
  } else if (isObject(old) && isObject(now) && !isSigned(old) && !isSigned(now)) {
    compareObjects(path, old, now, changes);
  } else if (!equal(old, now)) {
    changes.set(path, "update");
  }
}

function propertyPath(prefix: string, name: string): string {
  if (/[."[\]]/.test(name) || name === "") return `${prefix}[${JSON.stringify(name)}]`;
  return prefix === "" ? name : `${prefix}.${name}`;
}

/** The top-level property that a path starts with. */
export function topLevelProperty(path: string): string {
  return /^\["(.*?)"\]/.exec(path)?.[1] ?? path.split(/[.[]/, 1)[0] ?? path;
}
