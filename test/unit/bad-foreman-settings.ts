import { one, range, type BadSettings } from "./bad-setting.js";

const keys =
  "host, url, caCertificate, user, password, environment, timeout, cacheHours, whenExpired";
const url = "write its address by its full name, such as https://foreman.example.com.";
const there = { host: "existing", url: "https://foreman.example.org", password: "the-password" };

/** A Foreman that is there, with one fault. */
const outside = (
  what: string,
  setting: string,
  value: unknown,
  remedy: string,
  shown = `is ${JSON.stringify(value)}`,
): BadSettings => ({
  what,
  values: { foreman: { ...there, [setting]: value } },
  sentences: [`puppet:foreman.${setting} ${shown}; ${remedy}`],
});

/** Settings of Foreman that must be refused. */
export const badForemanSettings: readonly BadSettings[] = [
  ...["own", "Existing", "", true, null].map((value) =>
    one(
      `Foreman's host ${JSON.stringify(value)}`,
      "foreman.host",
      value,
      "write none or existing.",
    ),
  ),
  one(
    "an unknown setting of Foreman",
    "foreman.port",
    443,
    `write one of ${keys}, or remove it.`,
    "is not a setting",
  ),
  // It may hold the password.
  one(
    "Foreman that is a text",
    "foreman",
    "existing",
    `write an object with ${keys}.`,
    "is unsuitable",
  ),
  ...[
    "foreman.example.org",
    "http://foreman.example.org",
    "https://foreman",
    "https://foreman.example.org/",
    "https://Foreman.example.org",
    "https://admin:secret@foreman.example.org",
    "https://foreman.example.org:65536",
    "",
    443,
  ].map((value) => outside(`the address ${JSON.stringify(value)}`, "url", value, url)),
  outside(
    "no address",
    "url",
    undefined,
    "write Foreman's address, such as https://foreman.example.com.",
    "is not set",
  ),
  outside(
    "no password",
    "password",
    undefined,
    "write the password that admin has in Foreman, with pulumi config set --secret --path puppet:foreman.password.",
    "is not set",
  ),
  ...["short", "a\nline of its own", "p".repeat(256), 12345678].map((value) =>
    outside(
      `a password that is ${JSON.stringify(value).slice(0, 20)}`,
      "password",
      value,
      "write 8 to 255 characters, with pulumi config set --secret --path.",
      "is unsuitable",
    ),
  ),
  ...["", "a b", "a:b", 5].map((value) =>
    outside(
      `a user ${JSON.stringify(value)}`,
      "user",
      value,
      "write the login of a user, such as admin.",
    ),
  ),
  outside(
    "a certificate that is a path",
    "caCertificate",
    "/etc/ssl/ca.pem",
    "write certificates in PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.",
  ),
  ...["puppet", "Foreman", "", null].map((value) =>
    one(
      `an environment of ${JSON.stringify(value)}`,
      "foreman.environment",
      value,
      "write foreman or agent.",
    ),
  ),
  ...["ignore", "", false].map((value) =>
    one(
      `whenExpired ${JSON.stringify(value)}`,
      "foreman.whenExpired",
      value,
      "write serve or fail.",
    ),
  ),
  ...range("whole seconds", "foreman.timeout", 2, 60),
  ...range("whole hours", "foreman.cacheHours", 1, 8760),
  {
    what: "a Foreman that is switched off, with all that it had",
    values: { foreman: { ...there, host: "none", caCertificate: undefined } },
    sentences: ["url", "password"].map(
      (key) =>
        `puppet:foreman.${key} is set, but puppet:foreman.host is none; write existing there, or remove it.`,
    ),
  },
];
