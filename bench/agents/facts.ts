import { createHash } from "node:crypto";

/** Facts as an agent sends them, with its own name among them. */
export interface Facts {
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * The facts of a simulated agent: those of a real one, with its own names, address and time since boot, so that no two
 * agents' facts are the same, and neither are those of two runs.
 */
export function factsOf(real: Facts, certname: string, seconds: number): Facts {
  const short = certname.split(".")[0] ?? "";
  const realShort = real.name.split(".")[0] ?? "";
  const names: Record<string, string> = { [real.name]: certname, [realShort]: short };
  const { networking } = real.values as { networking?: { ip?: string } };
  if (networking?.ip !== undefined) names[networking.ip] = addressFor(certname);
  return {
    name: certname,
    values: { ...(renamed(real.values, names) as object), system_uptime: uptime(seconds) },
  };
}

/** The same value, with the names in it replaced where they are all of a text. */
function renamed(value: unknown, names: Readonly<Record<string, string>>): unknown {
  if (typeof value === "string") return names[value] ?? value;
  if (Array.isArray(value)) return value.map((one) => renamed(one, names));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, renamed(one, names)]));
}

/** An address in the network for documentation (RFC 2544), for facts only. */
function addressFor(certname: string): string {
  const [a = 0, b = 0] = createHash("sha256").update(certname).digest();
  return `198.18.${String(a)}.${String(b)}`;
}

function uptime(seconds: number) {
  const [hours, days] = [Math.floor(seconds / 3600), Math.floor(seconds / 86_400)];
  return { seconds: Math.floor(seconds), hours, days, uptime: `${String(hours)} hours` };
}
