import * as z from "zod";
import { ExpiredClassification, NodeEnvironment } from "../../components/choices.js";
import { defaults } from "../../components/defaults.js";
import { smartProxyBackendPort, smartProxyPort } from "../../templates/smart-proxy/smart-proxy.js";
import { certificates, dotted, integer, label, object, port, setSecret, text } from "../values.js";

const fallback = defaults.foremanClient;
const databaseName = text(/^[a-z_][a-z0-9_]{0,62}$/, "a name of lower-case letters, digits and _");

/** Settings of Foreman, and of the Puppet servers that use it. */
export const foreman = object({
  /** Whether there is a Foreman: on its own host, an existing one of the site, or none. */
  host: z.enum(["none", "existing", "own"], "none, existing or own").default("none"),
  /** URL of the existing Foreman. */
  url: text(
    new RegExp(`^https://(${label}\\.)+${label}(:${port})?$`),
    "its HTTPS URL with its FQDN in lower case and nothing after it, such as https://foreman.example.com",
  ).optional(),
  /** Certificates that verify Foreman's own; by default those of the environment's CA. */
  caCertificate: certificates.optional(),
  /** Foreman user who may change settings and smart proxies; a new Foreman is created with this user. */
  user: text(/^[A-Za-z0-9._@-]{1,100}$/, "a user's login name, such as admin").default(
    defaults.foremanUser,
  ),
  /** The user's password, or a personal access token. */
  password: text(/^[\x20-\x7e]{8,255}$/, "8 to 255 printable ASCII characters").optional(),
  /** Whether the main server has a smart proxy, from which Foreman gets environments and certificates. */
  smartProxy: z.boolean("true or false").default(defaults.foremanSmartProxy),
  /** Release of Foreman, and of the smart proxy. */
  version: text(/^[1-9]\d?\.\d{1,2}$/, "a release such as 5.0, in quotes").default(
    defaults.foremanVersion,
  ),
  /** Where its packages come from, if not from Foreman's own repository. */
  packages: object({
    /** URL of an APT repository with Foreman's suites and components. */
    url: text(
      /^https?:\/\/[a-z0-9.-]+(:\d+)?(\/[A-Za-z0-9._~/-]*)?$/,
      "the URL of an APT repository, such as https://mirror.example.com/foreman",
    ),
    /** Public key of its signatures; Foreman's by default. */
    key: text(
      /^-----BEGIN PGP PUBLIC KEY BLOCK-----\n[^]+\n-----END PGP PUBLIC KEY BLOCK-----\n?$/,
      "a public key, from -----BEGIN PGP PUBLIC KEY BLOCK----- to -----END PGP PUBLIC KEY BLOCK-----",
    ).optional(),
  }).optional(),
  /** An existing PostgreSQL for the environment's own Foreman. */
  database: object({
    /** DNS name of the server. */
    server: text(dotted(253), "the DNS name of a PostgreSQL server, such as db.example.com"),
    port: integer(1, 65535, "a TCP port").default(defaults.foremanDatabase.port),
    /** Name of the existing database. */
    database: databaseName.default(defaults.foremanDatabase.database),
    /** Role that owns it. */
    user: databaseName.default(defaults.foremanDatabase.user),
    /** The role's password. */
    password: text(/^[A-Za-z0-9_-]{8,128}$/, "8 to 128 letters, digits, _ or -"),
    /** Certificates that verify the server's own; by default those that the system trusts. */
    caCertificate: certificates.optional(),
  }).optional(),
  /** What decides a node's environment. */
  environment: z.enum(NodeEnvironment, "foreman or agent").default(fallback.environment),
  /** Seconds a catalog waits for Foreman. */
  timeout: integer(2, 60, "a whole number of seconds").default(fallback.timeout),
  /** Hours for which a classification is used without a new answer. */
  cacheHours: integer(1, 8760, "a whole number of hours").default(fallback.cacheHours),
  /** What happens when there is no classification that recent. */
  whenExpired: z.enum(ExpiredClassification, "serve or fail").default(fallback.whenExpired),
});

export type Foreman = z.output<typeof foreman>;

/** Settings that have no effect for each kind of Foreman. */
const withoutEffect = {
  none: ["url", "caCertificate", "password", "packages", "database"],
  existing: ["database"],
  own: ["url", "caCertificate", "password"],
} as const;

/** Settings that an existing Foreman needs, and settings that have no effect. */
export function foremanFaults(given: Foreman, webhook: { port: number }): string[] {
  const { host } = given;
  const other = host === "existing" ? "own" : "existing";
  const sentences = withoutEffect[host]
    .filter((key) => given[key] !== undefined)
    .map((key) => {
      const needed = key === "database" ? "own" : other;
      return `puppet:foreman.${key} is set, but puppet:foreman.host is ${host}; set puppet:foreman.host to ${needed}, or remove puppet:foreman.${key}.`;
    });
  if (host === "existing" && given.url === undefined) {
    sentences.push(
      "puppet:foreman.url is not set; write Foreman's URL, such as https://foreman.example.com.",
    );
  }
  if (host === "existing" && given.password === undefined) {
    sentences.push(
      `puppet:foreman.password is not set; write the password of ${given.user} in Foreman, with ${setSecret("foreman.password")}.`,
    );
  }
  if (
    host !== "none" &&
    given.smartProxy &&
    [webhook.port, webhook.port + 1].some((port) =>
      [smartProxyPort, smartProxyBackendPort].includes(port),
    )
  ) {
    sentences.push(
      `puppet:webhook.port is ${String(webhook.port)}, but Foreman's smart proxy uses ${String(smartProxyPort)} and ${String(smartProxyBackendPort)} on the same host, and the webhook its port and the next; write a different port.`,
    );
  }
  return sentences;
}
