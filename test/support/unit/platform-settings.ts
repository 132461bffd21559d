/** A public key, as SSH has it. */
export const hostKey = `ssh-ed25519 ${"A".repeat(68)}`;
/** What no sentence may show. */
export const secretText = "c2VjcmV0LXNlY3JldA";
/** A private key that is taken. */
export const privateKey = `-----BEGIN OPENSSH PRIVATE KEY-----\n${secretText}\n-----END OPENSSH PRIVATE KEY-----\n`;

/** A server that is taken. */
export const server = (
  name: string,
  role: string,
  number: number,
  changes: Readonly<Record<string, unknown>> = {},
) => ({
  name,
  role,
  address: `10.1.0.${String(number)}`,
  hostKey,
  cores: 2,
  memory: 4096,
  ...changes,
});

/** Servers that are taken. */
export const servers = [
  server("alpha", "main", 1),
  server("bravo", "load-balancer", 2),
  server("charlie", "puppetdb", 3),
  server("delta", "compiler", 4),
];

/** Settings of existing servers that are taken. */
export const goodExisting = { privateKey, servers };

/** Settings of AWS that are taken. */
export const goodAws = { agentSources: ["10.0.0.0/8"], outbound: ["0.0.0.0/0"] };
