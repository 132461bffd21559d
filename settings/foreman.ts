import * as z from "zod";
import { ExpiredClassification, NodeEnvironment } from "../components/choices.js";
import { defaults } from "../components/defaults.js";
import { certificates, integer, label, object, port, text } from "./values.js";

const fallback = defaults.foremanClient;

/** Settings of Foreman, and of the Puppet servers that ask it. */
export const foreman = object({
  /** Whether there is a Foreman: one of the site's own, or none. */
  host: z.enum(["none", "existing"], "none or existing").default("none"),
  /** Address of the Foreman that is there. */
  url: text(
    new RegExp(`^https://(${label}\\.)+${label}(:${port})?$`),
    "its address by its full name, such as https://foreman.example.com",
  ).optional(),
  /** Certificates that Foreman's own is verified with; those of the environment's CA by default. */
  caCertificate: certificates.optional(),
  /** User of Foreman who may change its settings and smart proxies. */
  user: text(/^[A-Za-z0-9._@-]{1,100}$/, "the login of a user, such as admin").default(
    defaults.foremanUser,
  ),
  /** Its password, or a personal access token. */
  password: text(
    /^[\x20-\x7e]{8,255}$/,
    "8 to 255 characters, with pulumi config set --secret --path",
  ).optional(),
  /** Who decides a node's environment. */
  environment: z.enum(NodeEnvironment, "foreman or agent").default(fallback.environment),
  /** Seconds a catalog waits for Foreman. */
  timeout: integer(2, 60, "whole seconds").default(fallback.timeout),
  /** Hours for which a classification is good without a new answer. */
  cacheHours: integer(1, 8760, "whole hours").default(fallback.cacheHours),
  /** What happens without a classification that young. */
  whenExpired: z.enum(ExpiredClassification, "serve or fail").default(fallback.whenExpired),
});

type Foreman = z.output<typeof foreman>;

/** What a Foreman that is there needs, and what has no effect without one. */
export function foremanFaults(given: Foreman): string[] {
  if (given.host === "none") {
    return (["url", "caCertificate", "password"] as const)
      .filter((key) => given[key] !== undefined)
      .map(
        (key) =>
          `puppet:foreman.${key} is set, but puppet:foreman.host is none; write existing there, or remove it.`,
      );
  }
  const sentences: string[] = [];
  if (given.url === undefined) {
    sentences.push(
      "puppet:foreman.url is not set; write Foreman's address, such as https://foreman.example.com.",
    );
  }
  if (given.password === undefined) {
    sentences.push(
      `puppet:foreman.password is not set; write the password that ${given.user} has in Foreman, with pulumi config set --secret --path puppet:foreman.password.`,
    );
  }
  return sentences;
}
