import { one, range, type BadSettings } from "./bad-setting.js";

const keys =
  "host, url, caCertificate, user, password, smartProxy, version, packages, database, environment, timeout, cacheHours, whenExpired";
const url =
  "write its HTTPS URL with its FQDN in lower case and nothing after it, such as https://foreman.example.com.";
const there = { host: "existing", url: "https://foreman.example.org", password: "the-password" };

const packages = { url: "https://mirror.example.org/foreman" };
const database = { server: "db.example.org", password: "the-password" };
const databasePassword =
  "write 8 to 128 letters, digits, _ or -, with npm run pulumi -- config set --stack STACK --secret --path puppet:foreman.database.password.";

const withoutUse = (key: string, host: string, other: string) =>
  `puppet:foreman.${key} is set, but puppet:foreman.host is ${host}; set puppet:foreman.host to ${other}, or remove puppet:foreman.${key}.`;

/** An existing Foreman with one fault. */
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

/** Invalid settings of Foreman. */
export const badForemanSettings: readonly BadSettings[] = [
  ...["main", "Existing", "", true, null].map((value) =>
    one(
      `Foreman's host ${JSON.stringify(value)}`,
      "foreman.host",
      value,
      "write none, existing or own.",
    ),
  ),
  one(
    "an unknown setting of Foreman",
    "foreman.port",
    443,
    `write one of ${keys}, or remove it.`,
    "is not a setting",
  ),
  // It may contain the password.
  one(
    "Foreman that is a text",
    "foreman",
    "existing",
    `write an object with ${keys}.`,
    "is invalid",
  ),
  ...[
    "foreman.example.org",
    "http://foreman.example.org",
    "https://foreman",
    "https://foreman.example.org/",
    "https://Foreman.example.org",
    "https://foreman.example.org:65536",
    "",
    443,
  ].map((value) => outside(`the address ${JSON.stringify(value)}`, "url", value, url)),
  outside(
    "an address with a password",
    "url",
    "https://admin:secret@foreman.example.org",
    url,
    "is invalid",
  ),
  outside(
    "no address",
    "url",
    undefined,
    "write Foreman's URL, such as https://foreman.example.com.",
    "is not set",
  ),
  outside(
    "no password",
    "password",
    undefined,
    "write the password of admin in Foreman, with npm run pulumi -- config set --stack STACK --secret --path puppet:foreman.password.",
    "is not set",
  ),
  ...["short", "a\nline of its own", "p".repeat(256), 12345678].map((value) =>
    outside(
      `a password that is ${JSON.stringify(value).slice(0, 20)}`,
      "password",
      value,
      "write 8 to 255 printable ASCII characters, with npm run pulumi -- config set --stack STACK --secret --path puppet:foreman.password.",
      "is invalid",
    ),
  ),
  ...["", "a b", "a:b", 5].map((value) =>
    outside(
      `a user ${JSON.stringify(value)}`,
      "user",
      value,
      "write a user's login name, such as admin.",
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
  ...range("a whole number of seconds", "foreman.timeout", 2, 60),
  ...range("a whole number of hours", "foreman.cacheHours", 1, 8760),
  ...["yes", 1, null].map((value) =>
    one(
      `a smart proxy of ${JSON.stringify(value)}`,
      "foreman.smartProxy",
      value,
      "write true or false.",
    ),
  ),
  ...["5", "nightly", "5.0.1", 5, ""].map((value) =>
    one(
      `the release ${JSON.stringify(value)}`,
      "foreman.version",
      value,
      "write a release such as 5.0, in quotes.",
    ),
  ),
  ...["mirror.example.org", "ftp://mirror.example.org"].map((url) => ({
    what: `the repository ${url}`,
    values: { foreman: { ...there, packages: { url } } },
    sentences: [
      `puppet:foreman.packages.url is ${JSON.stringify(url)}; write the URL of an APT repository, such as https://mirror.example.com/foreman.`,
    ],
  })),
  {
    what: "a repository with a password",
    values: {
      foreman: { ...there, packages: { url: "https://me:secret@mirror.example.org" } },
    },
    sentences: [
      "puppet:foreman.packages.url is invalid; write the URL of an APT repository, such as https://mirror.example.com/foreman.",
    ],
  },
  {
    what: "a setting of Foreman that was set without --path",
    values: { "foreman.host": "own" },
    sentences: [
      "puppet:foreman.host is a single key here; remove it, and write host under puppet:foreman, or set it with npm run pulumi -- config set --stack STACK --path.",
    ],
  },
  {
    what: "a repository's key that is a path",
    values: { foreman: { ...there, packages: { ...packages, key: "/etc/foreman.asc" } } },
    sentences: [
      'puppet:foreman.packages.key is "/etc/foreman.asc"; write a public key, from -----BEGIN PGP PUBLIC KEY BLOCK----- to -----END PGP PUBLIC KEY BLOCK-----.',
    ],
  },
  ...[
    [
      "server",
      "DB.example.org",
      'is "DB.example.org"; write the DNS name of a PostgreSQL server, such as db.example.com.',
    ],
    ["port", 65536, "is 65536; write a TCP port from 1 to 65535."],
    ["database", "fore-man", 'is "fore-man"; write a name of lower-case letters, digits and _.'],
    ["user", "", 'is ""; write a name of lower-case letters, digits and _.'],
    ["password", "with blank", `is invalid; ${databasePassword}`],
    ["password", undefined, `is not set; ${databasePassword}`],
    [
      "caCertificate",
      "ca.pem",
      'is "ca.pem"; write certificates in PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.',
    ],
  ].map(([key, value, told]) => ({
    what: `Foreman's database with ${String(key)} ${JSON.stringify(value)}`,
    values: { foreman: { host: "own", database: { ...database, [String(key)]: value } } },
    sentences: [`puppet:foreman.database.${String(key)} ${String(told)}`],
  })),
  {
    what: "a Foreman that is switched off, with all of its settings",
    values: { foreman: { ...there, host: "none", packages, database } },
    sentences: [
      ...["url", "password", "packages"].map((key) => withoutUse(key, "none", "existing")),
      withoutUse("database", "none", "own"),
    ],
  },
  {
    what: "an existing Foreman with a database",
    values: { foreman: { ...there, database } },
    sentences: [withoutUse("database", "existing", "own")],
  },
  {
    what: "the environment's own Foreman, with the URL and the password of another",
    values: { foreman: { ...there, host: "own" } },
    sentences: ["url", "password"].map((key) => withoutUse(key, "own", "existing")),
  },
  ...[8442, 8443, 8444].map((port) => ({
    what: `a webhook on port ${String(port)} next to the smart proxy`,
    values: { foreman: { host: "own" }, webhook: { port } },
    sentences: [
      `puppet:webhook.port is ${String(port)}, but Foreman's smart proxy uses 8443 and 8444 on the same host, and the webhook its port and the next; write a different port.`,
    ],
  })),
];
