import * as z from "zod";
import { defaults, fullName } from "../components/defaults.js";
import { DistributionName } from "../distributions/distribution.js";
import { plannedCompilerNames } from "../roles/compiler/names.js";
import { roleNames, roles, roleSettings, type ByRole } from "../roles/roles.js";
import { dotted, inStack, object, text } from "../roles/values.js";
import { aws } from "./aws.js";
import { containers } from "./containers.js";
import { existing } from "./existing.js";
import { longestFqdn, nameFaults } from "./names.js";
import { sentencesOf } from "./sentences.js";

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

/** What makes the hosts. */
export const platformNames = ["containers", "existing", "aws"] as const;
export type PlatformName = (typeof platformNames)[number];

const schema = object({
  /** What makes the hosts. */
  platform: z.enum(platformNames, "containers, existing or aws").default("containers"),
  /** DNS domain of the hosts and, unless they are set, of the service names. */
  domain,
  /** Where the packages come from. */
  distribution: z
    .enum(DistributionName, "debian, openvox8 or openvox9")
    .default(defaults.distribution),
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
  ...roleSettings,
  containers: containers.prefault({}),
  existing: existing.prefault({}),
  aws: aws.prefault({}),
});

/** The settings as they are set, with every default. */
export type Parsed = z.output<typeof schema>;

/** A stack's settings with every default filled in. */
export interface Settings extends Parsed {
  /** Short names of the hosts by role. */
  hosts: ByRole<string>;
  /** Host names that compilers may have later, besides those there are: those a greater number would give. */
  plannedCompilers: readonly string[];
}

/** What the settings ask of a platform. */
export interface PlatformRules {
  /** The setting that says which hosts there are. */
  readonly hostsNamedBy: "compilers" | "existing.servers";
  /** Short names of the hosts by role. */
  readonly hostNames: (parsed: Parsed) => ByRole<string>;
  /**
   * What is wrong with the settings on this platform: a sentence each.
   *
   * @param values the settings as they were given, without defaults
   */
  readonly faults: (settings: Settings, values: Readonly<Record<string, unknown>>) => string[];
}

/** Settings that cannot be used; its message has a sentence for each. */
export class SettingsError extends Error {
  constructor(readonly sentences: readonly string[]) {
    super(sentences.join("\n"));
    this.name = "SettingsError";
  }

  /** The same for people: the commands in it are those for a stack. */
  inStack(stack: string): SettingsError {
    return new SettingsError(this.sentences.map((sentence) => inStack(sentence, stack)));
  }
}

/**
 * Checks a stack's settings and fills in the defaults.
 *
 * @param values settings by name, without the project's prefix; as YAML gives them, or as the engine hands them
 *   on, which is as strings, with JSON for all else
 * @param platforms what each platform has to say of them
 * @throws SettingsError with one sentence for each setting that is wrong: its name, what it is and what to write
 */
export function checkedSettings(
  values: Readonly<Record<string, unknown>>,
  platforms: Readonly<Record<PlatformName, PlatformRules>>,
): Settings {
  const read = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, fromEngine(key, value)]),
  );
  const result = schema.safeParse(read);
  if (!result.success) {
    throw new SettingsError(
      result.error.issues.flatMap((issue) => sentencesOf(schema, issue, read)),
    );
  }
  const parsed = result.data;
  const inDomain = (name: string) => fullName(name, parsed.domain);
  const platform = platforms[parsed.platform];
  const settings: Settings = {
    ...parsed,
    hosts: platform.hostNames(parsed),
    plannedCompilers:
      platform.hostsNamedBy === "compilers" ? plannedCompilerNames(parsed.compilers) : [],
    puppetServer: inDomain(parsed.puppetServer),
    caServer: inDomain(parsed.caServer),
    fileServer: inDomain(parsed.fileServer),
  };
  const sentences = [
    ...otherPlatforms(parsed.platform, read),
    ...platform.faults(settings, read),
    ...nameFaults(settings, platform.hostsNamedBy),
    ...roleNames.flatMap((role) => roles[role].faults(settings)),
  ];
  if (sentences.length > 0) throw new SettingsError(sentences);
  return settings;
}

/** Settings of platforms that are not used, and would be without effect. */
function otherPlatforms(
  platform: PlatformName,
  values: Readonly<Record<string, unknown>>,
): string[] {
  return platformNames
    .filter((other) => other !== platform && Object.keys(values[other] ?? {}).length > 0)
    .map(
      (other) =>
        `puppet:${other} is set, but puppet:platform is ${platform}; write ${other} there, or remove it.`,
    );
}

/** A setting that is more than a text comes from the engine as JSON. */
function fromEngine(key: string, value: unknown): unknown {
  const shape: Readonly<Record<string, z.core.$ZodType | undefined>> = schema.shape;
  if (typeof value !== "string" || shape[key] === undefined || isText(shape[key])) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function isText(schema: z.core.$ZodType): boolean {
  if (schema instanceof z.ZodDefault) return isText(schema.unwrap());
  return schema instanceof z.ZodString || schema instanceof z.ZodEnum;
}
