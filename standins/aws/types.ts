import type { InputType, InputTypes } from "../framework/schema.js";

/** Shorthand for the inputs of a resource type, by type. */

/** A text. */
export const text: InputType = { type: "string" };
/** An integer; this plugin has no other numbers. */
export const count: InputType = { type: "integer" };
/** A Boolean. */
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

/** Optional inputs. */
export function optional(type: InputType, ...names: readonly string[]): InputTypes {
  return Object.fromEntries(names.map((name) => [name, type]));
}

/** Required inputs. */
export function required(type: InputType, ...names: readonly string[]): InputTypes {
  return optional({ ...type, required: true }, ...names);
}

/** Inputs of every regional resource that can be tagged. */
export const regionalAndTagged: InputTypes = { region: text, tags: textMap };

/** A description that AWS requires, and for which the official plugin has a default. */
export const managed: InputType = { type: "string", default: "Managed by Pulumi" };
