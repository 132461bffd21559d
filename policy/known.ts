import { UnknownValueError } from "@pulumi/policy";

/** Stands for a value that becomes known only during a deployment. */
export const unknown: unique symbol = Symbol("unknown");

/** Value of an input. */
export type Value =
  string | number | boolean | null | undefined | typeof unknown | readonly Value[] | Fields;

/** Values by name. */
export interface Fields {
  readonly [name: string]: Value;
}

/**
 * Copies a resource's inputs. The originals throw when an unknown input is read, which would end a rule early and print
 * a line for every resource of a first preview; the copy has {@link unknown} instead.
 */
export function fieldsOf(props: Readonly<Record<string, unknown>>): Fields {
  return Object.fromEntries(Object.keys(props).map((name) => [name, copyOf(() => props[name])]));
}

/** The fields of a value; none if it is not an object. */
export function fieldsIn(value: Value): Fields {
  return typeof value === "object" && value !== null && !isList(value) ? value : {};
}

/** The elements of a value; none if it is not a list. */
export function listIn(value: Value): readonly Value[] {
  return isList(value) ? value : [];
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function copyOf(read: () => unknown): Value {
  let value: unknown;
  try {
    value = read();
  } catch (error) {
    if (error instanceof UnknownValueError) return unknown;
    throw error;
  }
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    // By index, because iterating would stop at the first unknown element.
    return Array.from({ length: list.length }, (_, index) => copyOf(() => list[index]));
  }
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return value;
    case "object":
      return value === null ? null : fieldsOf(value as Readonly<Record<string, unknown>>);
    default:
      return undefined;
  }
}
