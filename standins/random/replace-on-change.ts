import { detailedDiff } from "../framework/diff.js";
import type { ResourceDiff } from "../framework/resource.js";
import type { PropertyMap } from "../framework/values.js";

/**
 * Any change of a random resource's settings replaces it. Only the value in effect counts, not
 * whether the program sets it or leaves it at its default.
 */
export function effectiveDiff(oldOutputs: PropertyMap, settings: PropertyMap): ResourceDiff {
  const names = new Set([...Object.keys(settings), "keepers", "overrideSpecial", "prefix"]);
  const olds = Object.fromEntries(Object.entries(oldOutputs).filter(([name]) => names.has(name)));
  return { changes: detailedDiff(olds, settings), replaces: () => true };
}
