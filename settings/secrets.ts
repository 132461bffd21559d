import { roleNames, roles } from "../roles/roles.js";
import { setSecret } from "../roles/values.js";

/** A private key, wherever it stands; OpenSSH's also without its first line. */
const privateKey = /PRIVATE KEY|b3BlbnNzaC1rZXk/;

/** The settings that are secrets, and so have to be sealed in the stack's file. */
export const sealedSettings: readonly string[] = [
  ...roleNames.flatMap((role): readonly string[] => roles[role].secrets),
  "existing.privateKey",
  "existing.jumpHost.privateKey",
];

/** Settings with a secret within. Below the sections, a text in the place of a private key's is known by its form. */
const enclosing = new Set(
  sealedSettings.flatMap((setting) => {
    const [section = "", ...path] = setting.split(".");
    const within =
      path.length > 1 && !setting.endsWith("Key") ? [`${section}.${path[0] ?? ""}`] : [];
    return [section, ...within];
  }),
);

/** Whether what stands in a stack's file is sealed, so that only the engine can read it. */
export function isSealed(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}

/** What is told of a secret that is not sealed. */
export function inClear(setting: string): string {
  return `puppet:${setting} is in plaintext; set it with ${setSecret(setting)}.`;
}

/** A URL with a password or a token before the host; an image's digest is none. */
const urlWithSecret = /https?:\/\/[^"]*@(?!sha256:)|\w:\/\/[^"/@]*:[^"]*@/;

/** Whether what is set at a path may hold a secret, so that no message may show it. */
export function mayHoldSecret(path: readonly PropertyKey[], value: unknown): boolean {
  const text = JSON.stringify(value);
  const [group, inner] = path.map(String);
  return (
    // A host's public key is told from a private one in its place by nobody.
    path.some((key) => /(password|token|privateKey|hostKey)$/i.test(String(key))) ||
    privateKey.test(text) ||
    // What stands in the place of a section may still have the secret in it.
    enclosing.has(path.map(String).join(".")) ||
    // So may an object in the place of a text within it, and servers of another form.
    (typeof value === "object" &&
      value !== null &&
      (group === "existing" || enclosing.has(`${String(group)}.${String(inner)}`))) ||
    urlWithSecret.test(text)
  );
}

/** A key of the settings, unless it is a private key in the wrong place. */
export function keyShown(key: PropertyKey | undefined): string {
  return privateKey.test(String(key)) ? "(a private key)" : String(key);
}
