import type { BadSettings } from "./bad-setting.js";
import { goodExisting, servers } from "./platform-settings.js";

/** Settings of existing servers that are valid except for the changes. */
export const existing = (
  what: string,
  changes: Readonly<Record<string, unknown>>,
  sentences: readonly string[],
  others: Readonly<Record<string, unknown>> = {},
): BadSettings => ({
  what: `existing: ${what}`,
  values: { platform: "existing", existing: { ...goodExisting, ...changes }, ...others },
  sentences,
});

/** Servers of which the first has changes. */
export const first = (
  what: string,
  changes: Readonly<Record<string, unknown>>,
  ...sentences: readonly string[]
) =>
  existing(
    what,
    { servers: [{ ...servers[0], ...changes }, ...servers.slice(1)] },
    sentences.map((sentence) => `puppet:existing.servers[0].${sentence}`),
  );

/** What to write instead. */
export const publicKey =
  "write the host's public key on one line, as in its /etc/ssh/ssh_host_ed25519_key.pub.";
export const address =
  "write an IPv4 address such as 10.1.0.10, or an IPv6 address such as fd00::10 without brackets.";
export const keys = "user, privateKey, jumpHost, servers";
export const serverKeys =
  "name, domain, role, address, sshAddress, sshPort, user, hostKey, cores, memory, takeOver";
