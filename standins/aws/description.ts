import type { CheckFailure } from "../framework/resource.js";
import type { InputTypes } from "../framework/schema.js";
import { isUnknown, type PropertyMap, type Value } from "../framework/values.js";

/** What one resource of AWS is, for those of its properties that AWS makes. */
export interface Facts {
  id: string;
  region: string;
  /** In clear. Some may be unknown in a preview of an update. */
  inputs: PropertyMap;
}

/** An input whose value is made of the resource's name where the program gives none. */
export interface AutoName {
  /** Is left alone when the program gives the input of the same name with `Prefix`. */
  input: string;
  /** Stands before the digits that make the name unique. */
  separator: string;
  /** The longest name AWS takes. */
  longest: number;
}

/** One type of AWS's resources, as the official plugin knows it. Inputs are given in clear. */
export interface Description {
  inputs: InputTypes;
  autoName?: AutoName;
  /** The inputs, or the paths below them, that cannot be changed in place; `region` never can. */
  replaces: readonly string[];
  /** The same for what depends on other inputs. */
  replacesWhen?: (path: string, inputs: PropertyMap) => boolean;
  deleteBeforeReplace?: true;
  /** What is wrong with the inputs besides their names and types. */
  failures?: (inputs: PropertyMap) => CheckFailure[];
  /** The identifier, of hexadecimal digits that are of this resource alone. */
  id: (seed: string, inputs: PropertyMap) => string;
  /**
   * The properties that AWS makes. Inputs among them are what AWS chooses where the program gives no
   * value, and keeps when the program no longer gives one.
   */
  computed: (facts: Facts) => PropertyMap;
  /** Takes notice of a resource that there is. */
  seen?: (outputs: PropertyMap) => void;
  /** Why AWS does not delete the resource as it is. */
  refusesDelete?: (outputs: PropertyMap) => string | undefined;
}

/** An input called `name`, and alike. */
export function autoName(input: string, { separator = "-", longest = 255 } = {}): AutoName {
  return { input, separator, longest };
}

/** The text of a property; AWS does not tell an empty text from none. */
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

/** Fails if the input has more characters than AWS takes. */
export function longerThan(longest: number, name: string, inputs: PropertyMap): CheckFailure[] {
  const value = inputs[name];
  if (isUnknown(value) || textOf(value).length <= longest) return [];
  const reason = `expected length of ${name} to be in the range (0 - ${longest}), got ${textOf(value).length}`;
  return [{ property: name, reason }];
}

/** The identifier of what AWS knows by its name. */
export function nameOf(seed: string, { name, namePrefix }: PropertyMap): string {
  return textOf(name) || textOf(namePrefix) + seed.slice(0, 26);
}
