import type { CheckFailure } from "../framework/resource.js";
import type { InputTypes } from "../framework/schema.js";
import { isUnknown, type PropertyMap, type Value } from "../framework/values.js";

/** One AWS resource, as input for the properties that AWS computes. */
export interface Facts {
  id: string;
  region: string;
  /** In plaintext. Some may be unknown in a preview of an update. */
  inputs: PropertyMap;
}

/** An input whose value is derived from the resource's name if the program gives none. */
export interface AutoName {
  /** Not set if the program gives the input of the same name with `Prefix`. */
  input: string;
  /** Precedes the digits that make the name unique. */
  separator: string;
  /** The longest name that AWS accepts. */
  longest: number;
}

/** A type of AWS resource, as in the official plugin. Inputs are in plaintext. */
export interface Description {
  inputs: InputTypes;
  autoName?: AutoName;
  /** The inputs, or paths below them, that cannot be changed in place; `region` never can. */
  replaces: readonly string[];
  /** The same, if it depends on other inputs. */
  replacesWhen?: (path: string, inputs: PropertyMap) => boolean;
  deleteBeforeReplace?: true;
  /** Failures of the inputs other than names and types. */
  failures?: (inputs: PropertyMap) => CheckFailure[];
  /** The identifier, from hexadecimal digits that are unique to this resource. */
  id: (seed: string, inputs: PropertyMap) => string;
  /**
   * The properties that AWS computes. Inputs among them are values that AWS chooses if the program gives
   * none, and keeps if the program no longer gives one.
   */
  computed: (facts: Facts) => PropertyMap;
  /** Called for a resource that exists. */
  seen?: (outputs: PropertyMap) => void;
  /** Why AWS refuses to delete the resource in its current state. */
  refusesDelete?: (outputs: PropertyMap) => string | undefined;
}

/** An input such as `name`. */
export function autoName(input: string, { separator = "-", longest = 255 } = {}): AutoName {
  return { input, separator, longest };
}

/** The text of a property; to AWS, an empty text is the same as none. */
export function textOf(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}

/** Fails unless the program gives exactly one of these inputs. */
export function exactlyOneOf(...names: readonly string[]): (inputs: PropertyMap) => CheckFailure[] {
  return (inputs) => {
    const given = names.filter((name) => name in inputs);
    if (given.length === 1) return [];
    const reason = `exactly one of ${names.join(", ")} must be given, not ${given.join(", ") || "none"}`;
    return [{ property: given[1] ?? names[0] ?? "", reason }];
  };
}

/** Fails if the input has more characters than AWS accepts. */
export function longerThan(longest: number, name: string, inputs: PropertyMap): CheckFailure[] {
  const value = inputs[name];
  if (isUnknown(value) || textOf(value).length <= longest) return [];
  const reason = `expected length of ${name} to be in the range (0 - ${longest}), got ${textOf(value).length}`;
  return [{ property: name, reason }];
}

/** The identifier of a resource that AWS identifies by name. */
export function nameOf(seed: string, { name, namePrefix }: PropertyMap): string {
  return textOf(name) || textOf(namePrefix) + seed.slice(0, 26);
}
