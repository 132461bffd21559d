import * as z from "zod";
import { compilerOffset, isPrivate, parseSubnet } from "./hosts/containers/subnet.js";
import { codeDeployment, codeFaults, webhook } from "./settings/code.js";
import { postgresql, postgresqlFaults, puppetdb } from "./settings/database.js";
import { dotted, integer, label, object, text } from "./settings/values.js";

/** What a certificate's common name, and a Linux host name, can hold. */
const longestFqdn = 64;
/** Leaves room for the names that compilers get without a list. */
const longestDomain = longestFqdn - "compiler50.".length;

const hostName = text(
  new RegExp(`^${label}$`),
  "a host name of at most 63 lower-case letters, digits and inner hyphens, without the domain",
);
const serviceName = text(
  dotted(180),
  "a DNS name in lower case, with or without a domain, such as puppet or puppet.example.com",
);
const domain = text(
  dotted(longestDomain),
  `the DNS domain of the hosts, at most ${String(longestDomain)} characters in lower case, such as example.com`,
);
const mostCompilers = 50;
const compilers = `a number of compilers from 1 to ${String(mostCompilers)}, or a list of 1 to ${String(mostCompilers)} host names`;

const sizing = object({
  /** JRubies: catalogs compiled at the same time. */
  jrubies: integer(1, 64, "a whole number of JRubies").optional(),
  /** JVM heap in MiB. */
  heap: integer(512, 65536, "a whole number of MiB").optional(),
  /** JVM code cache in MiB. */
  codeCache: integer(96, 2048, "a whole number of MiB").optional(),
});

const schema = object({
  /** What makes the hosts. */
  platform: z.enum(["containers"], "containers").default("containers"),
  /** DNS domain of the hosts and, unless they are set, of the service names. */
  domain,
  /** Where the packages come from. */
  distribution: z
    .enum(["debian", "openvox8", "openvox9"], "debian, openvox8 or openvox9")
    .default("debian"),
  /** How many compilers, called compiler1, compiler2 …, or their host names. */
  compilers: z
    .union(
      [
        z.int().min(1, compilers).max(mostCompilers, compilers),
        z.array(hostName).min(1, compilers).max(mostCompilers, compilers),
      ],
      compilers,
    )
    .default(2),
  /** Name that agents get catalogs from; without a dot it is in the domain, as are the next two. */
  puppetServer: serviceName.default("puppet"),
  /** Name that certificates are requested from. */
  caServer: serviceName.default("puppetca"),
  /** Name that files are served under. */
  fileServer: serviceName.default("puppetfiles"),
  /** Subject of the certificate authority, fixed once it is set up. */
  caName: text(
    /^[A-Za-z0-9][A-Za-z0-9 .:_-]{0,58}$/,
    "at most 59 letters, digits, blanks or . : _ -, beginning with a letter or digit",
  ).default("Puppet CA"),
  mainServer: sizing.prefault({}),
  compiler: sizing.prefault({}),
  loadBalancer: object({
    /** TCP port of the statistics page. */
    statsPort: integer(1024, 65535, "a TCP port").default(8404),
    /** Seconds a catalog may take to compile. */
    compileTimeout: integer(60, 7200, "whole seconds").default(900),
  }).prefault({}),
  puppetdb: puppetdb.prefault({}),
  postgresql: postgresql.prefault({}),
  codeDeployment: codeDeployment.prefault({}),
  webhook: webhook.prefault({}),
  containers: object({
    /** IPv4 network of the containers. */
    subnet: z.string("an IPv4 network such as 10.213.7.0/24").default("10.213.7.0/24"),
    /** Memory each Puppet server plans with, in MiB; less carries not even one JRuby. */
    memory: integer(1120, 65536, "a whole number of MiB").default(2048),
  }).prefault({}),
});

/** The host names besides the compilers'. */
export const mainName = "main";
/** Host name of the load balancer. */
export const balancerName = "balancer";
/** Host name of PuppetDB, where it has a host of its own. */
export const puppetdbName = "puppetdb";

/** TCP port of Puppet Server, and of the balancer before it. */
const agentsPort = 8140;

type Parsed = z.output<typeof schema>;

/** A stack's settings with every default filled in. */
export type Settings = Omit<Parsed, "compilers"> & {
  /** Host names of the compilers. */
  compilers: readonly string[];
  /** Host names that compilers may have later, besides {@link compilers}: those a greater number would give. */
  plannedCompilers: readonly string[];
};

/** Settings that cannot be used; its message has a sentence for each. */
export class SettingsError extends Error {
  constructor(readonly sentences: readonly string[]) {
    super(sentences.join("\n"));
    this.name = "SettingsError";
  }
}

/**
 * Checks a stack's settings and fills in the defaults.
 *
 * @param values settings by name, without the project's prefix; as YAML gives them, or as the engine hands them
 *   on, which is as strings, with JSON for all else
 * @throws SettingsError with one sentence for each setting that is wrong: its name, what it is and what to write
 */
export function parseSettings(values: Readonly<Record<string, unknown>>): Settings {
  const read = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, fromEngine(key, value)]),
  );
  const result = schema.safeParse(read);
  if (!result.success) {
    throw new SettingsError(result.error.issues.flatMap((issue) => sentencesOf(issue, read)));
  }
  const given = result.data;
  const inDomain = (name: string) => (name.includes(".") ? name : `${name}.${given.domain}`);
  const numbered = Array.from(
    { length: mostCompilers },
    (_, index) => `compiler${String(index + 1)}`,
  );
  const asked = given.compilers;
  const names = typeof asked === "number" ? numbered.slice(0, asked) : asked;
  const settings: Settings = {
    ...given,
    compilers: names,
    plannedCompilers: typeof asked === "number" ? numbered.slice(asked) : [],
    puppetServer: inDomain(given.puppetServer),
    caServer: inDomain(given.caServer),
    fileServer: inDomain(given.fileServer),
  };
  const sentences = [
    ...nameClashes(settings),
    ...postgresqlFaults(settings.puppetdb, settings.postgresql),
    ...codeFaults(settings.codeDeployment),
    ...subnetFaults(settings.containers.subnet),
  ];
  if (sentences.length > 0) throw new SettingsError(sentences);
  return settings;
}

/** The settings that are more than a text, and so come from the engine as JSON. */
const structured = [
  "compilers",
  "mainServer",
  "compiler",
  "loadBalancer",
  "puppetdb",
  "postgresql",
  "codeDeployment",
  "webhook",
  "containers",
];

function fromEngine(key: string, value: unknown): unknown {
  if (typeof value !== "string" || !structured.includes(key)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** One sentence for what zod found. */
function sentencesOf(issue: z.core.$ZodIssue, values: unknown): string[] {
  const setting = nameOf(issue.path);
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, issue.path).join(", ");
    return issue.keys.map(
      (key) =>
        `${nameOf([...issue.path, key])} is not a setting; write one of ${known}, or remove it.`,
    );
  }
  if (issue.code === "invalid_key") {
    const [remedy] = issue.issues;
    const name = JSON.stringify(issue.path.at(-1));
    return [`${nameOf(issue.path.slice(0, -1))} has ${name}; write ${remedy?.message ?? ""}.`];
  }
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown>)[key],
    values,
  );
  const secret =
    issue.path.some((key) => /(password|token)$/i.test(String(key))) ||
    ["puppet:postgresql", "puppet:codeDeployment"].includes(setting) ||
    // A URL with a password or a token before the host.
    (setting.startsWith("puppet:codeDeployment.") &&
      /https?:\/\/[^"]*@|ssh:\/\/[^"/@]*:[^"]*@/.test(JSON.stringify(value)));
  const found =
    value === undefined ? "is not set" : `is ${secret ? "unsuitable" : JSON.stringify(value)}`;
  return [`${setting} ${found}; write ${issue.message}.`];
}

/** The keys that there may be at a path within what a schema describes. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault) {
    return keysAt(schema.unwrap(), path);
  }
  const [key, ...rest] = path;
  if (schema instanceof z.ZodRecord) return keysAt(schema.valueType, rest);
  if (!(schema instanceof z.ZodObject)) return [];
  const shape: Readonly<Record<PropertyKey, z.core.$ZodType | undefined>> = schema.shape;
  const inner = key === undefined ? undefined : shape[key];
  return inner === undefined ? Object.keys(shape) : keysAt(inner, rest);
}

function nameOf(path: readonly PropertyKey[]): string {
  const [first, ...rest] = path;
  if (first === undefined) return "puppet";
  return rest.reduce<string>(
    (name, key) => (typeof key === "number" ? `${name}[${String(key)}]` : `${name}.${String(key)}`),
    `puppet:${String(first)}`,
  );
}

/** Names that two things would share. */
function nameClashes(settings: Settings): string[] {
  const { compilers, domain, puppetServer, caServer, fileServer } = settings;
  const sentences: string[] = [];
  const repeated = compilers.filter((name, index) => compilers.indexOf(name) !== index);
  for (const name of new Set(repeated)) {
    sentences.push(`puppet:compilers has ${name} more than once; write each host name once.`);
  }
  const others = hostsBesideCompilers(settings);
  for (const name of others.filter((taken) => compilers.includes(taken))) {
    sentences.push(`puppet:compilers has ${name}, the name of another host; write another name.`);
  }
  const room = longestFqdn - `.${domain}`.length;
  for (const name of compilers.filter((name) => name.length > room)) {
    sentences.push(
      `puppet:compilers has ${name}, too long beside the domain for a certificate; write a name of at most ${String(room)} characters.`,
    );
  }
  for (const [index, name] of compilers.entries()) {
    const earlier = compilers
      .slice(0, index)
      .find((other) => compilerOffset(other) === compilerOffset(name));
    if (earlier !== undefined && earlier !== name) {
      sentences.push(
        `puppet:compilers has ${earlier} and ${name}, which would share an address of the containers' network; write another name for one of them.`,
      );
    }
  }
  const shortOf = (name: string) => name.split(".")[0];
  if ([puppetServer, fileServer].some((name) => shortOf(name) === shortOf(caServer))) {
    sentences.push(
      `puppet:caServer is ${caServer}, and ${String(shortOf(caServer))} is a name of the balancer; write another name, because certificates come from the main server.`,
    );
  }
  if (settings.loadBalancer.statsPort === agentsPort) {
    sentences.push(
      `puppet:loadBalancer.statsPort is ${String(agentsPort)}, the port that agents connect to; write another port.`,
    );
  }
  // Certificates carry the short names as well, so these must differ too.
  const hosts: readonly string[] = [...others, ...compilers, ...settings.plannedCompilers];
  for (const setting of ["puppetServer", "caServer", "fileServer"] as const) {
    const name = settings[setting];
    const short = shortOf(name) ?? name;
    if (hosts.includes(short)) {
      sentences.push(
        `puppet:${setting} is ${name}, and ${short} is the name of a host; write a name that no host has.`,
      );
    }
  }
  return sentences;
}

/** Names of the hosts that are no compilers. */
export function hostsBesideCompilers({ puppetdb }: Pick<Settings, "puppetdb">): string[] {
  return [mainName, balancerName, ...(puppetdb.host === "own" ? [puppetdbName] : [])];
}

function subnetFaults(subnet: string): string[] {
  const parsed = parseSubnet(subnet);
  const fine =
    parsed !== undefined && parsed.prefix >= 16 && parsed.prefix <= 24 && isPrivate(parsed);
  return fine
    ? []
    : [
        `puppet:containers.subnet is "${subnet}"; write the first address of a private IPv4 network and a prefix length from 16 to 24, such as 10.213.7.0/24.`,
      ];
}
