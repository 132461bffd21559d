import { roleNames, roles } from "../roles/roles.js";
import { setSecret } from "../roles/values.js";

/** A private key, anywhere in a text; OpenSSH's also without its first line. */
const privateKey = /PRIVATE KEY|b3BlbnNzaC1rZXk/;

/** The settings that are secrets, and so must be secret in the stack's file. */
export const sealedSettings: readonly string[] = [
  ...roleNames.flatMap((role): readonly string[] => roles[role].secrets),
  "existing.privateKey",
  "existing.jumpHost.privateKey",
];

/**
 * Whether a setting is one of these, where `*` stands for a name that the stack has given.
 *
 * @param setting its name without the project's prefix, with dots between the levels
 */
export const isSealedSetting = (setting: string) => matches(sealedSettings, setting.split("."));

function matches(settings: Iterable<string>, path: readonly string[]): boolean {
  return [...settings].some((setting) => {
    const keys = setting.split(".");
    return keys.length === path.length && keys.every((key, at) => key === "*" || key === path[at]);
  });
}

/** Settings that contain a secret. Below the sections, a text where a private key belongs is recognised by its form. */
const enclosing = new Set(
  sealedSettings.flatMap((setting) => {
    const [section = "", ...path] = setting.split(".");
    const within = setting.endsWith("Key")
      ? []
      : path.slice(0, -1).map((_, at) => [section, ...path.slice(0, at + 1)].join("."));
    return [section, ...within];
  }),
);

/** Whether a value in a stack's file is secret, so that only the engine can read it. */
export function isSealed(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}

/** The sentence about a secret in plaintext. */
export function inClear(setting: string): string {
  return `puppet:${setting} is in plaintext; set it with ${setSecret(setting)}.`;
}

/** A URL with a password or a token before the host; an image's digest is not one. */
const urlWithSecret = /https?:\/\/[^"]*@(?!sha256:)|\w:\/\/[^"/@]*:[^"]*@/;

/** Whether the value at a path may contain a secret, so that no message may show it. */
export function mayHoldSecret(path: readonly PropertyKey[], value: unknown): boolean {
  const text = JSON.stringify(value);
  const keys = path.map(String);
  const [group = "", inner = ""] = keys;
  return (
    // A private key in the place of a host's public key cannot be told apart from it.
    keys.some((key) => /(password|token|privateKey|hostKey)$/i.test(key)) ||
    privateKey.test(text) ||
    // A value in the place of a section may still contain the secret.
    matches(enclosing, keys) ||
    // So may an object in the place of a text in it, and servers in a different form.
    (typeof value === "object" &&
      value !== null &&
      (group === "existing" || matches(enclosing, [group, inner]))) ||
    urlWithSecret.test(text)
  );
}

/** A key of the settings as messages show it, unless it is a misplaced private key. */
export function keyShown(key: PropertyKey | undefined): string {
  return privateKey.test(String(key)) ? "(a private key)" : String(key);
}
