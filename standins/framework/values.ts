/**
 * Property values as they travel between the engine and a plugin: plain JSON in which an object
 * with a signature key stands for a secret, an output, an asset or an archive, and fixed strings
 * stand for values that are not known yet.
 */

export type Value = null | boolean | number | string | Value[] | PropertyMap;
export interface PropertyMap {
  [name: string]: Value;
}

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";

/** The unknown string. It is also used for unknown values of any other type. */
const unknownString = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const unknowns = new Set([
  unknownString,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

export interface Asset {
  path?: string;
  text?: string;
  uri?: string;
  hash?: string;
}

export function isObject(value: Value | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasSignature(value: Value | undefined, signature: string): value is PropertyMap {
  return isObject(value) && value[signatureKey] === signature;
}

export function isSecret(value: Value | undefined): boolean {
  return (
    hasSignature(value, secretSignature) ||
    (hasSignature(value, outputSignature) && value.secret === true)
  );
}

export function isAsset(value: Value | undefined): boolean {
  return hasSignature(value, assetSignature);
}

export function isArchive(value: Value | undefined): boolean {
  return hasSignature(value, archiveSignature);
}

export function isSigned(value: Value | undefined): value is PropertyMap {
  return isObject(value) && typeof value[signatureKey] === "string";
}

/** Whether the value itself (under any secret mark) is not known yet. */
export function isUnknown(value: Value | undefined): boolean {
  if (typeof value === "string") return unknowns.has(value);
  if (hasSignature(value, secretSignature)) return isUnknown(value.value);
  return hasSignature(value, outputSignature) && value.value === undefined;
}

export function unknown(): Value {
  return unknownString;
}

export function secret(value: Value): Value {
  return isSecret(value) ? value : { [signatureKey]: secretSignature, value };
}

/** Applies `change` to the value under secret and output marks, and puts the marks back. */
export function mapMarked(value: Value, change: (inner: Value) => Value): Value {
  if (isUnknown(value)) return value;
  if (hasSignature(value, secretSignature) || hasSignature(value, outputSignature)) {
    return { ...value, value: mapMarked(value.value ?? null, change) };
  }
  return change(value);
}

/** The value without secret and output marks, at any depth. Assets and archives stay as they are. */
export function unmarked(value: Value): Value {
  if (hasSignature(value, secretSignature) || hasSignature(value, outputSignature)) {
    return unmarked(value.value ?? unknownString);
  }
  if (Array.isArray(value)) return value.map(unmarked);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, v]) => [name, unmarked(v)]));
}

/** The map without null properties, at any depth: the official plugins treat them as absent. */
export function withoutNulls(properties: PropertyMap): PropertyMap {
  const clean = (value: Value): Value => {
    if (Array.isArray(value)) return value.map(clean);
    return isObject(value) ? withoutNulls(value) : value;
  };
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, clean(value)]),
  );
}

/** Deep equality; assets and archives are equal if their contents are equal. */
export function equal(a: Value | undefined, b: Value | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => equal(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return a === b;
  const assets = (isAsset(a) && isAsset(b)) || (isArchive(a) && isArchive(b));
  if (assets && a.hash !== undefined && b.hash !== undefined) return a.hash === b.hash;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => equal(a[name], b[name]));
}
