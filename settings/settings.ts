import * as z from "zod";
import { defaults, fullName } from "../components/defaults.js";
import { DistributionName } from "../distributions/distribution.js";
import { podmanNames } from "../platforms/containers/names.js";
import { isPrivate, parseSubnet } from "./subnet.js";
import { aws, awsFaults, ownVpcFaults } from "./aws.js";
import { codeDeployment, codeFaults, webhook } from "../roles/main/settings.js";
import { foreman, foremanFaults } from "../roles/foreman/settings.js";
import { postgresql, postgresqlFaults, puppetdb } from "../roles/puppetdb/settings.js";
import { existing, existingFaults } from "./existing.js";
import { hdm, hdmFaults } from "../roles/hdm/settings.js";
import {
  existingHosts,
  longestFqdn,
  madeHosts,
  mostContainers,
  nameFaults,
  type HostNames,
} from "./names.js";
import { sentencesOf } from "./sentences.js";
import { dotted, hostName, integer, object, text } from "../roles/values.js";

/** Leaves room for the names that compilers get without a list. */
const longestDomain = longestFqdn - "compiler50.".length;

const serviceName = text(
  dotted(180),
  "a DNS name in lower case, with or without a domain, such as puppet or puppet.example.com",
);
const domain = text(
  dotted(longestDomain),
  `the DNS domain of the hosts, at most ${String(longestDomain)} characters in lower case, such as example.com`,
);
const mostCompilers = 1000;
/** As in Pulumi.yaml, from where every stack has it. */
const defaultCompilers = 2;
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
  platform: z
    .enum(["containers", "existing", "aws"], "containers, existing or aws")
    .default("containers"),
  /** DNS domain of the hosts and, unless they are set, of the service names. */
  domain,
  /** Where the packages come from. */
  distribution: z
    .enum(DistributionName, "debian, openvox8 or openvox9")
    .default(defaults.distribution),
  /** How many compilers, called compiler1, compiler2 …, or their host names. */
  compilers: z
    .union(
      [
        z.int().min(1, compilers).max(mostCompilers, compilers),
        z.array(hostName).min(1, compilers).max(mostCompilers, compilers),
      ],
      compilers,
    )
    .default(defaultCompilers),
  /** Name that agents get catalogs from; without a dot it is in the domain, as are the next two. */
  puppetServer: serviceName.default(defaults.puppetServer),
  /** Name that certificates are requested from. */
  caServer: serviceName.default(defaults.caServer),
  /** Name that files are served under. */
  fileServer: serviceName.default(defaults.fileServer),
  /** Subject of the certificate authority, fixed once it is set up. */
  caName: text(
    /^[A-Za-z0-9][A-Za-z0-9 .:_-]{0,58}$/,
    "at most 59 letters, digits, blanks or . : _ -, beginning with a letter or digit",
  ).default(defaults.caName),
  mainServer: sizing.prefault({}),
  compiler: sizing.prefault({}),
  loadBalancer: object({
    /** TCP port of the statistics page. */
    statsPort: integer(1024, 65535, "a TCP port").default(defaults.statsPort),
    /** Seconds a catalog may take to compile. */
    compileTimeout: integer(60, 7200, "whole seconds").default(defaults.compileTimeout),
  }).prefault({}),
  puppetdb: puppetdb.prefault({}),
  postgresql: postgresql.prefault({}),
  foreman: foreman.prefault({}),
  codeDeployment: codeDeployment.prefault({}),
  webhook: webhook.prefault({}),
  hdm: hdm.prefault({}),
  containers: object({
    /** IPv4 network of the containers. */
    subnet: z.string("an IPv4 network such as 10.213.7.0/24").default("10.213.7.0/24"),
    /** Memory each Puppet server plans with, in MiB; less carries not even one JRuby. */
    memory: integer(1120, 65536, "a whole number of MiB").default(2048),
    /** Image that they are made of; by default Debian with systemd and an SSH server, which is made here. */
    image: text(
      /^(?=.{1,255}$)([a-z0-9][a-z0-9.-]*(:\d+)?\/)?[a-z0-9]+([._/-]+[a-z0-9]+)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$/,
      "the name, in lower case, of an image of Debian with systemd and an SSH server, such as registry.example.com/puppet-host:1",
    ).default(podmanNames.image),
  }).prefault({}),
  existing: existing.prefault({}),
  aws: aws.prefault({}),
});

type Parsed = z.output<typeof schema>;

/** A stack's settings with every default filled in. */
export type Settings = Omit<Parsed, "compilers"> & {
  /** Host names by role. */
  hosts: HostNames;
  /** Host names that compilers may have later, besides those there are: those a greater number would give. */
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
    throw new SettingsError(
      result.error.issues.flatMap((issue) => sentencesOf(schema, issue, read)),
    );
  }
  const given = result.data;
  const inDomain = (name: string) => fullName(name, given.domain);
  const { compilers, ...rest } = given;
  const settings: Settings = {
    ...rest,
    ...hostsOf(rest, compilers),
    puppetServer: inDomain(given.puppetServer),
    caServer: inDomain(given.caServer),
    fileServer: inDomain(given.fileServer),
  };
  const { platform } = settings;
  const sentences = [
    ...otherPlatforms(platform, read),
    ...platformFaults[platform](settings, read),
    ...nameFaults(settings),
    ...postgresqlFaults(settings.puppetdb, settings.postgresql),
    ...foremanFaults(settings.foreman, settings.webhook),
    ...codeFaults(settings.codeDeployment),
    ...hdmFaults(settings.hdm, settings),
  ];
  if (sentences.length > 0) throw new SettingsError(sentences);
  return settings;
}

/** The hosts: those of the servers that are there, or as many as there shall be. */
function hostsOf(
  given: Omit<Parsed, "compilers">,
  compilers: Parsed["compilers"],
): Pick<Settings, "hosts" | "plannedCompilers"> {
  if (given.platform === "existing") {
    return { hosts: existingHosts(given.existing.servers), plannedCompilers: [] };
  }
  if (typeof compilers !== "number") {
    return { hosts: madeHosts(compilers, given), plannedCompilers: [] };
  }
  // As many as containers can be, so that small environments do not know a thousand names.
  const planned = compilers > mostContainers ? mostCompilers : mostContainers;
  const names = Array.from({ length: planned }, (_, index) => `compiler${String(index + 1)}`);
  return {
    hosts: madeHosts(names.slice(0, compilers), given),
    plannedCompilers: names.slice(compilers),
  };
}

/** What is wrong with the settings of each platform, which also come as they were given, without defaults. */
const platformFaults: Record<
  Parsed["platform"],
  (settings: Settings, given: Readonly<Record<string, unknown>>) => string[]
> = {
  containers: ({ containers, hosts }) => [
    ...(hosts.compilers.length > mostContainers
      ? [
          `puppet:compilers has ${String(hosts.compilers.length)} compilers; write at most ${String(mostContainers)} where they are containers.`,
        ]
      : []),
    ...subnetFaults(containers.subnet),
  ],
  // The engine gives the default as well, where there is nothing else.
  existing: ({ existing, puppetdb, foreman, hdm }, { compilers = defaultCompilers }) => [
    ...(compilers !== defaultCompilers
      ? [
          "puppet:compilers is set, but the compilers are the servers with that role in puppet:existing.servers; remove it.",
        ]
      : []),
    ...existingFaults(existing, { puppetdb, foreman, hdm }),
  ],
  aws: (settings, given) => {
    const { puppetServer, caServer, fileServer } = settings;
    const serviceNames = { puppetServer, caServer, fileServer };
    return [...ownVpcFaults(given.aws), ...awsFaults(settings.aws, { ...settings, serviceNames })];
  },
};

/** Settings of platforms that are not used, and would be without effect. */
function otherPlatforms(
  platform: Parsed["platform"],
  values: Readonly<Record<string, unknown>>,
): string[] {
  return Object.keys(platformFaults)
    .filter((other) => other !== platform && Object.keys(values[other] ?? {}).length > 0)
    .map(
      (other) =>
        `puppet:${other} is set, but puppet:platform is ${platform}; write ${other} there, or remove it.`,
    );
}

/** The settings that are more than a text, and so come from the engine as JSON. */
const structured = [
  "compilers",
  "mainServer",
  "compiler",
  "loadBalancer",
  "puppetdb",
  "postgresql",
  "foreman",
  "codeDeployment",
  "webhook",
  "hdm",
  "containers",
  "existing",
  "aws",
];

function fromEngine(key: string, value: unknown): unknown {
  if (typeof value !== "string" || !structured.includes(key)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
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
