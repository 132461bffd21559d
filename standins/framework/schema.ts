import type { Checked, CheckFailure } from "./resource.js";
import { isArchive, isAsset, isObject, isUnknown, mapMarked } from "./values.js";
import { type PropertyMap, secret, type Value } from "./values.js";

/** The type of an input, according to the official plugin's schema. */
export interface InputType {
  type: "string" | "number" | "integer" | "boolean" | "array" | "map" | "object" | "asset" | "any";
  required?: true;
  /** Used if the program gives no value. */
  default?: string | number;
  /** Marked as secret even if the program does not do so. */
  secret?: true;
  /** The items of an array or a map. */
  items?: InputType;
  /** The properties of an object. */
  properties?: InputTypes;
}
export type InputTypes = Readonly<Record<string, InputType>>;

/** Checks the inputs of a resource, fills in defaults and marks inputs that are always secret. */
export function checkInputs(types: InputTypes, inputs: PropertyMap): Checked {
  const failures: CheckFailure[] = [];
  const checked = checkProperties("", types, inputs, failures);
  return { inputs: checked, failures };
}

function checkProperties(
  prefix: string,
  types: InputTypes,
  properties: PropertyMap,
  failures: CheckFailure[],
): PropertyMap {
  const checked: PropertyMap = {};
  for (const [name, value] of Object.entries(properties)) {
    const type = types[name];
    const path = prefix + name;
    if (type === undefined) {
      failures.push({ property: path, reason: `Unrecognized field '${path}'` });
    } else {
      const inner = mapMarked(value, (v) => checkValue(path, type, v, failures));
      checked[name] = type.secret === true ? secret(inner) : inner;
    }
  }
  for (const [name, type] of Object.entries(types)) {
    if (name in properties) continue;
    if (type.default !== undefined) checked[name] = type.default;
    else if (type.required === true) {
      const property = prefix + name;
      failures.push({ property, reason: `Missing required field '${property}'` });
    }
  }
  return checked;
}

function checkValue(path: string, type: InputType, value: Value, failures: CheckFailure[]): Value {
  if (isUnknown(value)) return value;
  if (!hasType(type, value)) {
    failures.push({ property: path, reason: `Field '${path}' must be a '${type.type}'` });
    return value;
  }
  if (isObject(value) && type.properties !== undefined) {
    return checkProperties(`${path}.`, type.properties, value, failures);
  }
  const { items } = type;
  if (items === undefined) return value;
  const checkItem = (item: Value, key: string | number): Value =>
    mapMarked(item, (v) => checkValue(`${path}[${key}]`, items, v, failures));
  if (Array.isArray(value)) return value.map(checkItem);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, checkItem(v, key)]));
}

function hasType({ type }: InputType, value: Value): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "map":
    case "object":
      return isObject(value);
    case "asset":
      return isAsset(value) || isArchive(value);
    case "any":
      return true;
    default:
      return typeof value === type;
  }
}

/** The JSON of a minimal Pulumi package schema: names and types, no descriptions. */
export function packageSchema(
  name: string,
  version: string,
  resources: Readonly<Record<string, { inputs: InputTypes; outputs: InputTypes }>>,
): string {
  const schemaOf = (types: InputTypes): object =>
    Object.fromEntries(Object.entries(types).map(([key, type]) => [key, schemaType(type)]));
  const requiredOf = (types: InputTypes): string[] =>
    Object.keys(types).filter((key) => types[key]?.required === true);
  return JSON.stringify({
    name,
    version,
    resources: Object.fromEntries(
      Object.entries(resources).map(([token, { inputs, outputs }]) => [
        token,
        {
          inputProperties: schemaOf(inputs),
          requiredInputs: requiredOf(inputs),
          properties: schemaOf({ ...inputs, ...outputs }),
          required: requiredOf({ ...inputs, ...outputs }),
        },
      ]),
    ),
  });
}

function schemaType({ type, items, secret: isSecret }: InputType): object {
  const secrecy = isSecret === true ? { secret: true } : {};
  switch (type) {
    case "array":
      return { type, items: schemaType(items ?? { type: "any" }), ...secrecy };
    case "map":
      return {
        type: "object",
        additionalProperties: schemaType(items ?? { type: "any" }),
        ...secrecy,
      };
    case "object":
    case "any":
      return { $ref: "pulumi.json#/Any", ...secrecy };
    case "asset":
      return { $ref: "pulumi.json#/Asset", ...secrecy };
    default:
      return { type, ...secrecy };
  }
}
