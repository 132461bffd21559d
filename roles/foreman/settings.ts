import * as z from "zod";
import { ExpiredClassification, NodeEnvironment } from "../../components/choices.js";
import { defaults } from "../../components/defaults.js";
import { smartProxyPort } from "../../templates/smart-proxy/smart-proxy.js";
import { certificates, dotted, integer, label, object, port, setSecret, text } from "../values.js";

const fallback = defaults.foremanClient;
const databaseName = text(/^[a-z_][a-z0-9_]{0,62}$/, "a name of lower-case letters, digits and _");

/** Settings of Foreman, and of the Puppet servers that ask it. */
export const foreman = object({
  /** Whether there is a Foreman: a host of its own, one of the site's, or none. */
  host: z.enum(["none", "existing", "own"], "none, existing or own").default("none"),
  /** Address of the Foreman that is there. */
  url: text(
    new RegExp(`^https://(${label}\\.)+${label}(:${port})?$`),
    "its HTTPS address by its full name in lower case, with nothing after it, such as https://foreman.example.com",
  ).optional(),
  /** Certificates that Foreman's own is verified with; those of the environment's CA by default. */
  caCertificate: certificates.optional(),
  /** User of Foreman who may change its settings and smart proxies; one of its own has it from the beginning. */
  user: text(/^[A-Za-z0-9._@-]{1,100}$/, "the login of a user, such as admin").default(
    defaults.foremanUser,
  ),
  /** Its password, or a personal access token. */
  password: text(/^[\x20-\x7e]{8,255}$/, "8 to 255 letters, digits and signs of ASCII").optional(),
  /** Whether the main server has a smart proxy, through which Foreman knows environments and certificates. */
  smartProxy: z.boolean("true or false").default(defaults.foremanSmartProxy),
  /** Release of Foreman, and of the smart proxy. */
  version: text(/^[1-9]\d?\.\d{1,2}$/, "a release such as 5.0, in quotes").default(
    defaults.foremanVersion,
  ),
  /** Where its packages come from, unless from Foreman's own repository. */
  packages: object({
    /** URL of an APT repository with Foreman's suites and components. */
    url: text(
      /^https?:\/\/[a-z0-9.-]+(:\d+)?(\/[A-Za-z0-9._~/-]*)?$/,
      "the URL of an APT repository, such as https://mirror.example.com/foreman",
    ),
    /** Public key that signs it; Foreman's by default. */
    key: text(
      /^-----BEGIN PGP PUBLIC KEY BLOCK-----\n[^]+\n-----END PGP PUBLIC KEY BLOCK-----\n?$/,
      "a public key, from -----BEGIN PGP PUBLIC KEY BLOCK----- to -----END PGP PUBLIC KEY BLOCK-----",
    ).optional(),
  }).optional(),
  /** A PostgreSQL that is there, for a Foreman of its own. */
  database: object({
    /** Name of the server. */
    server: text(dotted(253), "the DNS name of a PostgreSQL server, such as db.example.com"),
    port: integer(1, 65535, "a TCP port").default(defaults.foremanDatabase.port),
    /** Name of the database, which is there. */
    database: databaseName.default(defaults.foremanDatabase.database),
    /** Role that owns it. */
    user: databaseName.default(defaults.foremanDatabase.user),
    /** Its password. */
    password: text(/^[A-Za-z0-9_-]{8,128}$/, "8 to 128 letters, digits, _ or -"),
    /** Certificates that the server's own is verified with; those the system trusts by default. */
    caCertificate: certificates.optional(),
  }).optional(),
  /** Who decides a node's environment. */
  environment: z.enum(NodeEnvironment, "foreman or agent").default(fallback.environment),
  /** Seconds a catalog waits for Foreman. */
  timeout: integer(2, 60, "whole seconds").default(fallback.timeout),
  /** Hours for which a classification is good without a new answer. */
  cacheHours: integer(1, 8760, "whole hours").default(fallback.cacheHours),
  /** What happens without a classification that young. */
  whenExpired: z.enum(ExpiredClassification, "serve or fail").default(fallback.whenExpired),
});

export type Foreman = z.output<typeof foreman>;

/** What each kind of Foreman has no use for. */
const withoutEffect = {
  none: ["url", "caCertificate", "password", "packages", "database"],
  existing: ["database"],
  own: ["url", "caCertificate", "password"],
} as const;

/** What a Foreman that is there needs, and what has no effect. */
export function foremanFaults(given: Foreman, webhook: { port: number }): string[] {
  const { host } = given;
  const other = host === "existing" ? "own" : "existing";
  const sentences = withoutEffect[host]
    .filter((key) => given[key] !== undefined)
    .map((key) => {
      const needed = key === "database" ? "own" : other;
      return `puppet:foreman.${key} is set, but puppet:foreman.host is ${host}; write ${needed} there, or remove it.`;
    });
  if (host === "existing" && given.url === undefined) {
    sentences.push(
      "puppet:foreman.url is not set; write Foreman's address, such as https://foreman.example.com.",
    );
  }
  if (host === "existing" && given.password === undefined) {
    sentences.push(
      `puppet:foreman.password is not set; write the password that ${given.user} has in Foreman, with ${setSecret("foreman.password")}.`,
    );
  }
  if (
    host !== "none" &&
    given.smartProxy &&
    [webhook.port, webhook.port + 1].includes(smartProxyPort)
  ) {
    sentences.push(
      `puppet:webhook.port is ${String(webhook.port)}, and Foreman's smart proxy has ${String(smartProxyPort)} on the same host; write another port.`,
    );
  }
  return sentences;
}
