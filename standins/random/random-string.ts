import { randomInt } from "node:crypto";
import { checkInputs, type InputTypes } from "../framework/schema.js";
import type { CheckFailure, ResourceType } from "../framework/resource.js";
import { type PropertyMap, secret, unknown, unmarked } from "../framework/values.js";
import { effectiveDiff } from "./replace-on-change.js";

const lowerCase = "abcdefghijklmnopqrstuvwxyz";
const upperCase = lowerCase.toUpperCase();
const digits = "0123456789";
const specialCharacters = "!@#$%&*()-_=+[]{}<>:?";

const boolean = { type: "boolean" } as const;
const integer = { type: "integer" } as const;

export const randomStringTypes: InputTypes = {
  keepers: { type: "map", items: { type: "string" } },
  length: { type: "integer", required: true },
  lower: boolean,
  upper: boolean,
  number: boolean,
  numeric: boolean,
  special: boolean,
  minLower: integer,
  minUpper: integer,
  minNumeric: integer,
  minSpecial: integer,
  overrideSpecial: { type: "string" },
};

interface Settings {
  length: number;
  lower: boolean;
  upper: boolean;
  number: boolean;
  numeric: boolean;
  special: boolean;
  minLower: number;
  minUpper: number;
  minNumeric: number;
  minSpecial: number;
  overrideSpecial?: string;
}

/** A random string, which is secret if it is used as a password. */
export function randomString(use: "string" | "password"): ResourceType {
  const outputs = (inputs: PropertyMap, result: string | undefined): PropertyMap => {
    const value = result ?? unknown();
    return { ...withDefaults(inputs), result: use === "password" ? secret(value) : value };
  };
  return {
    check(properties) {
      const { inputs, failures } = checkInputs(randomStringTypes, properties);
      return { inputs, failures: [...failures, ...settingsFailures(inputs)] };
    },
    diff: (_oldInputs, oldOutputs, inputs) => effectiveDiff(oldOutputs, withDefaults(inputs)),
    previewCreate: (_name, inputs) => ({ id: "", outputs: outputs(inputs, undefined) }),
    async create(_context, _name, inputs) {
      const result = generate(settings(inputs));
      return { id: use === "password" ? "none" : result, outputs: outputs(inputs, result) };
    },
    previewUpdate: (oldOutputs) => oldOutputs,
    update: async (_context, oldOutputs) => oldOutputs,
    delete: async () => undefined,
  };
}

/** The inputs, completed with the defaults in effect. */
function withDefaults(inputs: PropertyMap): PropertyMap {
  // Two names for one setting; the first is deprecated.
  const numeric = inputs.numeric ?? inputs.number ?? true;
  return {
    lower: true,
    upper: true,
    special: true,
    minLower: 0,
    minUpper: 0,
    minNumeric: 0,
    minSpecial: 0,
    ...inputs,
    numeric,
    number: numeric,
  };
}

function settings(inputs: PropertyMap): Settings {
  // The check has verified the shape.
  return unmarked(withDefaults(inputs)) as unknown as Settings;
}

function settingsFailures(inputs: PropertyMap): CheckFailure[] {
  const { length, minLower, minUpper, minNumeric, minSpecial } = settings(inputs);
  const numbers = [length, minLower, minUpper, minNumeric, minSpecial];
  // They may be unknown in a preview.
  if (!numbers.every((value) => typeof value === "number")) return [];
  const minimum = Math.max(1, minLower + minUpper + minNumeric + minSpecial);
  if (length >= minimum) return [];
  return [{ property: "length", reason: `must be at least ${minimum}, got: ${length}` }];
}

function generate(wanted: Settings): string {
  const special = wanted.overrideSpecial || specialCharacters;
  const kinds = [
    { used: wanted.numeric, minimum: wanted.minNumeric, characters: digits },
    { used: wanted.lower, minimum: wanted.minLower, characters: lowerCase },
    { used: wanted.upper, minimum: wanted.minUpper, characters: upperCase },
    { used: wanted.special, minimum: wanted.minSpecial, characters: special },
  ];
  const all = kinds.map(({ used, characters }) => (used ? characters : "")).join("");
  const result = kinds.flatMap(({ minimum, characters }) => pick(characters, minimum));
  const rest = wanted.length - result.length;
  if (rest > 0 && all === "") throw new Error("the character set specified is empty");
  result.push(...pick(all, rest));
  shuffle(result);
  return result.join("");
}

function pick(characters: string, count: number): string[] {
  return Array.from({ length: count }, () => characters.charAt(randomInt(characters.length)));
}

/** Fisher–Yates shuffle: every order is equally likely. */
function shuffle(items: string[]): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = randomInt(i + 1);
    [items[i], items[j]] = [items[j] as string, items[i] as string];
  }
}
