import * as z from "zod";
import { setSecret } from "../roles/values.js";
import { isSealedSetting, keyShown, mayHoldSecret } from "./secrets.js";

/**
 * One sentence for each fault that zod found: the setting's name, its value, and what to write instead.
 *
 * @param schema the schema of all settings, whose messages say what to write
 * @param issue the fault
 * @param values the settings that were checked
 */
export function sentencesOf(
  schema: z.core.$ZodType,
  issue: z.core.$ZodIssue,
  values: unknown,
): string[] {
  const setting = nameOf(issue.path);
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, issue.path).join(", ");
    return issue.keys.map((key) => {
      const name = nameOf([...issue.path, key]);
      const { instead = {} } = objectAt(schema, issue.path)?.meta() ?? {};
      const remedy = (instead as Readonly<Record<string, string | undefined>>)[key];
      if (remedy !== undefined) return `${name} is set, ${remedy}.`;
      // This is what `pulumi config set` stores for a path without --path.
      const [group = "", ...inner] = key.split(".");
      return inner.length > 0 && keysAt(schema, []).includes(group)
        ? `${name} is a single key here; remove it, and write ${inner.join(".")} under puppet:${group}, or set it with npm run pulumi -- config set --stack STACK --path.`
        : `${name} is not a setting; write one of ${known}, or remove it.`;
    });
  }
  if (issue.code === "invalid_key") {
    const [remedy] = issue.issues;
    const name = JSON.stringify(keyShown(issue.path.at(-1)));
    return [`${nameOf(issue.path.slice(0, -1))} has ${name}; write ${remedy?.message ?? ""}.`];
  }
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown>)[key],
    values,
  );
  const found =
    value === undefined
      ? "is not set"
      : `is ${mayHoldSecret(issue.path, value) ? "invalid" : shortened(JSON.stringify(value))}`;
  const name = issue.path.join(".");
  const command = isSealedSetting(name) ? `, with ${setSecret(name)}` : "";
  return [`${setting} ${found}; write ${issue.message}${command}.`];
}

/** Longest value that a sentence quotes as a whole, in characters. */
const longestQuote = 600;

/** A value as a sentence quotes it: its beginning, if all of it would bury the sentence. */
const shortened = (value: string) =>
  value.length > longestQuote ? `${value.slice(0, longestQuote)}…` : value;

/** The keys that a schema allows at a path. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  return Object.keys(objectAt(schema, path)?.shape ?? {});
}

/** The schema of the object at a path. */
function objectAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): z.ZodObject | undefined {
  if (
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodOptional
  ) {
    return objectAt(schema.unwrap(), path);
  }
  const [key, ...rest] = path;
  if (schema instanceof z.ZodArray) return objectAt(schema.element, rest);
  if (schema instanceof z.ZodRecord) return objectAt(schema.valueType, rest);
  if (!(schema instanceof z.ZodObject)) return undefined;
  const shape: Readonly<Record<PropertyKey, z.core.$ZodType | undefined>> = schema.shape;
  const inner = key === undefined ? undefined : shape[key];
  return inner === undefined ? schema : objectAt(inner, rest);
}

function nameOf(path: readonly PropertyKey[]): string {
  const [first, ...rest] = path;
  if (first === undefined) return "puppet";
  return rest.reduce<string>(
    (name, key) =>
      typeof key === "number" ? `${name}[${String(key)}]` : `${name}.${keyShown(key)}`,
    `puppet:${keyShown(first)}`,
  );
}
