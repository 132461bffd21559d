/** A public key in SSH's format. */
export const hostKey = `ssh-ed25519 ${"A".repeat(68)}`;
/** What no sentence may show. */
export const secretText = "c2VjcmV0LXNlY3JldA";
/** A valid private key. */
export const privateKey = `-----BEGIN OPENSSH PRIVATE KEY-----\n${secretText}\n-----END OPENSSH PRIVATE KEY-----\n`;

/** A valid server. */
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

/** Valid servers. */
export const servers = [
  server("alpha", "main", 1),
  server("bravo", "load-balancer", 2),
  server("charlie", "puppetdb", 3),
  server("delta", "compiler", 4),
];

/** Valid settings of existing servers. */
export const goodExisting = { privateKey, servers };

/** Valid settings of AWS. */
export const goodAws = { agentSources: ["10.0.0.0/8"], outbound: ["0.0.0.0/0"] };
