/** A private key, wherever it stands; OpenSSH's also without its first line. */
const privateKey = /PRIVATE KEY|b3BlbnNzaC1rZXk/;

/** The settings that are secrets, and so have to be sealed in the stack's file. */
export const sealedSettings = [
  "postgresql.password",
  "postgresql.readPassword",
  "foreman.password",
  "foreman.database.password",
  "codeDeployment.token",
  "hdm.privateKey",
  "hdm.ldap.bindPassword",
  "existing.privateKey",
  "existing.jumpHost.privateKey",
] as const;

/** Whether what stands in a stack's file is sealed, so that only the engine can read it. */
export function isSealed(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}

/** What is told of a secret that is not sealed. */
export function inClear(setting: string): string {
  return `puppet:${setting} is in clear; write it with pulumi config set --secret --path puppet:${setting}.`;
}

/** A URL with a password or a token before the host; an image's digest is none. */
const urlWithSecret = /https?:\/\/[^"]*@(?!sha256:)|\w:\/\/[^"/@]*:[^"]*@/;

/** Whether what is set at a path may hold a secret, so that no message may show it. */
export function mayHoldSecret(path: readonly PropertyKey[], value: unknown): boolean {
  const text = JSON.stringify(value);
  const [group, inner] = path;
  return (
    // A host's public key is told from a private one in its place by nobody.
    path.some((key) => /(password|token|privateKey|hostKey)$/i.test(String(key))) ||
    privateKey.test(text) ||
    (["postgresql", "foreman", "codeDeployment", "hdm", "existing"].includes(String(group)) &&
      inner === undefined) ||
    // A jump host or servers of another form may still have the keys in them.
    (group === "existing" && typeof value === "object" && value !== null) ||
    // So may an LDAP that is no object, or an object in the place of a text.
    (group === "hdm" && (path.length === 2 || typeof value === "object") && inner === "ldap") ||
    urlWithSecret.test(text)
  );
}

/** A key of the settings, unless it is a private key in the wrong place. */
export function keyShown(key: PropertyKey | undefined): string {
  return privateKey.test(String(key)) ? "(a private key)" : String(key);
}
