import { one, range, type BadSettings } from "./bad-setting.js";

const host = "write own, main or none.";
const url = "write a URL with a port, such as https://puppetdb2.example.com:8081.";
const urls = "write a list of URLs such as https://puppetdb2.example.com:8081.";
const duration = "write a duration in days, hours or minutes, such as 14d, 36h or 90m.";
const server = "write the DNS name of a server, as in its certificate.";
const sqlName = (longest: number) =>
  `write a name of at most ${String(longest)} lower-case letters, digits and underscores that PostgreSQL does not use itself, such as puppetdb.`;
const password = (setting: string) =>
  `write 12 to 128 letters, digits, underscores and hyphens, with npm run pulumi -- config set --stack STACK --secret --path puppet:postgresql.${setting}.`;
const pem =
  "write certificates in PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.";
const time = "write a time from 00:00 to 23:59.";
const puppetdbKeys =
  "host, serverUrls, softWriteFailure, requestTimeout, nodeTtl, nodePurgeTtl, reportTtl, heap, threads, writeConnections, readConnections";
const postgresqlKeys =
  "server, port, database, user, password, readUser, readPassword, caCertificate, backupTime, backupDays";

const external = {
  server: "db.example.org",
  password: "the-owners-password",
  readPassword: "the-readers-password",
};

/** An existing PostgreSQL with one fault. */
const outside = (
  what: string,
  setting: string,
  value: unknown,
  remedy: string,
  shown = `is ${JSON.stringify(value)}`,
): BadSettings => ({
  what,
  values: { postgresql: { ...external, [setting]: value } },
  sentences: [`puppet:postgresql.${setting} ${shown}; ${remedy}`],
});
const inUrls = (what: string, value: unknown, shown = JSON.stringify(value)): BadSettings => ({
  what: `a URL ${what}`,
  values: { puppetdb: { serverUrls: ["https://a.example.test:8081", value] } },
  sentences: [`puppet:puppetdb.serverUrls[1] is ${shown}; ${url}`],
});

/** Invalid settings of PuppetDB and its database. */
export const badDatabaseSettings: readonly BadSettings[] = [
  ...["other", "Own", "", true, null, ["own"]].map((value) =>
    one(`PuppetDB's host ${JSON.stringify(value)}`, "puppetdb.host", value, host),
  ),
  one(
    "an unknown setting of PuppetDB",
    "puppetdb.port",
    8081,
    `write one of ${puppetdbKeys}, or remove it.`,
    "is not a setting",
  ),
  one("PuppetDB that is a text", "puppetdb", "own", `write an object with ${puppetdbKeys}.`),
  one("PuppetDB that is switched off", "puppetdb", false, `write an object with ${puppetdbKeys}.`),

  one("a name without a list", "puppetdb.serverUrls", "puppetdb2", urls),
  one("URLs that are null", "puppetdb.serverUrls", null, urls),
  one(
    "eleven URLs",
    "puppetdb.serverUrls",
    Array.from({ length: 11 }, (_, index) => `https://p${String(index)}.example.test:8081`),
    "write at most 10 URLs.",
  ),
  inUrls("without a port", "https://puppetdb2.example.test"),
  inUrls("without TLS", "http://puppetdb2.example.test:8080"),
  inUrls("with a path", "https://puppetdb2.example.test:8081/"),
  inUrls("with a comma", "https://b.example.test:8081,https://c.example.test:8081"),
  inUrls("in upper case", "https://PuppetDB2.example.test:8081"),
  inUrls("with a password", "https://me:secret@puppetdb2.example.test:8081", "invalid"),
  inUrls("with a port of six digits", "https://puppetdb2.example.test:808100"),
  inUrls("with a port that does not exist", "https://puppetdb2.example.test:65536"),
  inUrls("that is a number", 8081),
  one("URLs that are a text", "puppetdb.serverUrls", "https://b.example.test:8081", urls),

  ...["yes", 1, null].map((value) =>
    one(
      `softWriteFailure ${JSON.stringify(value)}`,
      "puppetdb.softWriteFailure",
      value,
      "write true or false.",
    ),
  ),
  ...["puppetdb.nodeTtl", "puppetdb.nodePurgeTtl", "puppetdb.reportTtl", "reports.maxAge"].flatMap(
    (setting) =>
      ["14", "14s", "2w", "0d", "-1d", "1.5d", "14 d", "100000d", "", 14].map((value) =>
        one(`${setting} ${JSON.stringify(value)}`, setting, value, duration),
      ),
  ),
  ...range("a whole number of seconds", "puppetdb.requestTimeout", 3, 600),
  ...range("a whole number of MiB", "puppetdb.heap", 512, 32768),
  ...range("a whole number of MiB", "reports.maxSize", 16, 1_048_576),
  ...range("a whole number of threads", "puppetdb.threads", 1, 64),
  ...range("a whole number of connections", "puppetdb.writeConnections", 2, 200),
  ...range("a whole number of connections", "puppetdb.readConnections", 1, 200),

  one(
    "an unknown setting of PostgreSQL",
    "postgresql.host",
    "db.example.org",
    `write one of ${postgresqlKeys}, or remove it.`,
    "is not a setting",
  ),
  // It may contain a password.
  ...[[], "password=secret"].map((value) =>
    one(
      `PostgreSQL that is ${JSON.stringify(value)}`,
      "postgresql",
      value,
      `write an object with ${postgresqlKeys}.`,
      "is invalid",
    ),
  ),
  ...["DB.example.org", "db.example.org.", "db:5432", "postgresql://db", "10.0.0.1/8", "", 5].map(
    (value) => outside(`a server called ${JSON.stringify(value)}`, "server", value, server),
  ),
  // A longer database name would be truncated, and with a restore's suffix would be the same name again.
  ...(
    [
      ["database", 54],
      ["user", 63],
      ["readUser", 63],
    ] as const
  ).flatMap(([setting, longest]) =>
    [
      ...["Puppetdb", "puppet-db", "1st", "p'; DROP", 'p"q', "a b", "", "p".repeat(longest + 1), 5],
      ...["postgres", "template0", "template1", "pg_monitor", "public", "none"],
    ].map((value) =>
      one(`${setting} ${JSON.stringify(value)}`, `postgresql.${setting}`, value, sqlName(longest)),
    ),
  ),
  ...["password", "readPassword"].flatMap((setting) =>
    [
      ...["elevenchars", "p".repeat(129), "a'quoted'password", "a b c d e f g", "pässword-1234"],
      ...["trailing-newline\n", "$(reboot)-now", "", null, true, 123456789012, ["long-enough-1"]],
    ].map((value) =>
      outside(
        `${setting} ${JSON.stringify(value)}`,
        setting,
        value,
        password(setting),
        "is invalid",
      ),
    ),
  ),
  one(
    "a port without a server",
    "postgresql.port",
    5433,
    "set puppet:postgresql.server, or remove puppet:postgresql.port.",
    "is 5433, but puppet:postgresql.server is not set",
  ),
  outside("certificates given as a path", "caCertificate", "/etc/ssl/certs/ca.pem", pem),
  outside(
    "a key instead of a certificate",
    "caCertificate",
    "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
    pem,
    "is invalid",
  ),
  ...["24:00", "2:30", "02:60", "02:30:00", "noon", 230].map((value) =>
    one(`a backup at ${JSON.stringify(value)}`, "postgresql.backupTime", value, time),
  ),
  ...range("a TCP port", "postgresql.port", 1, 65535),
  ...range("a whole number of days", "postgresql.backupDays", 1, 3650),

  {
    what: "one role for both",
    values: { postgresql: { user: "puppet", readUser: "puppet" } },
    sentences: [
      'puppet:postgresql.readUser is "puppet", the same as puppet:postgresql.user; write a different role, which only reads.',
    ],
  },
  {
    what: "the reading role's name for the owner",
    values: { postgresql: { user: "puppetdb_read" } },
    sentences: [
      'puppet:postgresql.readUser is "puppetdb_read", the same as puppet:postgresql.user; write a different role, which only reads.',
    ],
  },
  {
    what: "a server without passwords",
    values: { postgresql: { server: "db.example.org", user: "pdb" } },
    sentences: [
      "puppet:postgresql.password is not set; write the password of pdb on db.example.org, with npm run pulumi -- config set --stack STACK --secret --path puppet:postgresql.password.",
      "puppet:postgresql.readPassword is not set; write the password of puppetdb_read on db.example.org, with npm run pulumi -- config set --stack STACK --secret --path puppet:postgresql.readPassword.",
    ],
  },
  {
    what: "passwords and a certificate without a server",
    values: {
      postgresql: {
        password: external.password,
        readPassword: external.readPassword,
        caCertificate: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
      },
    },
    sentences: [
      ...["password", "readPassword"].map(
        (setting) =>
          `puppet:postgresql.${setting} is set, but the environment's own PostgreSQL generates its passwords; remove it, or set puppet:postgresql.server.`,
      ),
      "puppet:postgresql.caCertificate is set, but puppet:postgresql.server is not; set puppet:postgresql.server, or remove puppet:postgresql.caCertificate.",
    ],
  },
  {
    what: "a server without a PuppetDB",
    values: { puppetdb: { host: "none" }, postgresql: external },
    sentences: [
      'puppet:postgresql.server is "db.example.org", but puppet:puppetdb.host is "none"; set puppet:puppetdb.host to own or main, or remove puppet:postgresql.server.',
    ],
  },

  {
    what: "a compiler with the name of PuppetDB's host",
    values: { compilers: ["puppetdb", "c"] },
    sentences: ["puppet:compilers has puppetdb, the name of another host; write a different name."],
  },
  ...["puppetdb", "compiler50"].map((name) => ({
    what: `a service called ${name}, like an existing or planned host`,
    values: { fileServer: name },
    sentences: [
      `puppet:fileServer is ${name}.example.test, but ${name} is the name of a host; write a name that no host has.`,
    ],
  })),
];
