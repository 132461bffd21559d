import type { InputType, InputTypes } from "../framework/schema.js";

/** Shorthand for the inputs of a resource type, by their kind. */

/** A text. */
export const text: InputType = { type: "string" };
/** A whole number; this plugin has no others. */
export const count: InputType = { type: "integer" };
/** A yes or no. */
export const flag: InputType = { type: "boolean" };
/** A list of texts. */
export const texts: InputType = { type: "array", items: text };
/** Texts by name. */
export const textMap: InputType = { type: "map", items: text };

/** An object with these properties. */
export function object(properties: InputTypes): InputType {
  return { type: "object", properties };
}

/** A list of objects with these properties. */
export function objects(properties: InputTypes): InputType {
  return { type: "array", items: object(properties) };
}

/** Inputs that a program may leave out. */
export function optional(type: InputType, ...names: readonly string[]): InputTypes {
  return Object.fromEntries(names.map((name) => [name, type]));
}

/** Inputs that a program must give. */
export function required(type: InputType, ...names: readonly string[]): InputTypes {
  return optional({ ...type, required: true }, ...names);
}

/** What every resource of a region that can be tagged has. */
export const regionalAndTagged: InputTypes = { region: text, tags: textMap };

/** A description that AWS asks for, and the official plugin makes up. */
export const managed: InputType = { type: "string", default: "Managed by Pulumi" };
