import * as z from "zod";

/** A text with a certain form; the remedy says what to write instead, as in every check here. */
export const text = (pattern: RegExp, remedy: string) => z.string(remedy).regex(pattern, remedy);
/** A whole number in a range. */
export const integer = (minimum: number, maximum: number, what: string) => {
  const remedy = `${what} from ${String(minimum)} to ${String(maximum)}`;
  return z.int(remedy).min(minimum, remedy).max(maximum, remedy);
};
/** A duration as PuppetDB writes it. */
export const duration = text(
  /^[1-9]\d{0,4}[dhm]$/,
  "a duration in days, hours or minutes, such as 14d, 36h or 90m",
);
/** An object with exactly these keys. */
export const object = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? undefined
        : `an object with ${Object.keys(shape).join(", ")}`,
  });

/** One label of a DNS name, as the text of a regular expression. */
export const label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
/** Short name of a host. */
export const hostName = text(
  new RegExp(`^${label}$`),
  "a host name of at most 63 lower-case letters, digits and inner hyphens, without the domain",
);
/** One or more certificates. */
export const certificates = text(
  /^-----BEGIN CERTIFICATE-----\n[^]+\n-----END CERTIFICATE-----\n?$/,
  "certificates in PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----",
);
/** A private key in PEM. */
export const privateKey = text(
  /^-----BEGIN [A-Z ]*PRIVATE KEY-----\n[^]+\n-----END [A-Z ]*PRIVATE KEY-----\n?$/,
  "a private key in PEM",
);
/**
 * Stands for a secret private key, which only the engine can decrypt, where settings are read before it runs. It passes
 * every check; the program checks the key itself.
 */
export const sealedKey = "-----BEGIN PRIVATE KEY-----\nsealed\n-----END PRIVATE KEY-----\n";
/** A lower-case DNS name of limited length. */
export const dotted = (longest: number) =>
  new RegExp(`^(?=.{1,${String(longest)}}$)(${label}\\.)*${label}$`);
/** A TCP port, as the text of a regular expression. */
export const port = "([1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])";
/** A URL without a user or a password. */
export const url = (scheme: string, example: string) =>
  text(
    new RegExp(`^${scheme}://[a-z0-9.-]+(:${port})?(/[A-Za-z0-9._/-]*)?$`),
    `a URL without a password, such as ${example}`,
  );

/** The command that sets a secret; {@link inStack} writes the stack's name into it. */
export const setSecret = (setting: string) =>
  `npm run pulumi -- config set --stack STACK --secret --path puppet:${setting}`;

/**
 * A sentence whose commands name a stack.
 *
 * @param file stack file, unless it is the project's own
 */
export const inStack = (sentence: string, stack: string, file?: string) =>
  sentence.replaceAll(
    "--stack STACK",
    `--stack ${stack}${file === undefined ? "" : ` --config-file ${file}`}`,
  );
