import * as z from "zod";
import { defaults, fullName } from "../components/defaults.js";
import { DistributionName } from "../distributions/distribution.js";
import { plannedCompilerNames } from "../roles/compiler/names.js";
import { roleNames, roles, roleSettings, type ByRole } from "../roles/roles.js";
import { dotted, inStack, object, text } from "../roles/values.js";
import { aws } from "./aws.js";
import { containers } from "./containers.js";
import { existing } from "./existing.js";
import { domainName, nameFaults } from "./names.js";
import { sentencesOf } from "./sentences.js";

const serviceName = text(
  dotted(180),
  "a DNS name in lower case, with or without a domain, such as puppet or puppet.example.com",
);

/** What provides the hosts. */
export const platformNames = ["containers", "existing", "aws"] as const;
export type PlatformName = (typeof platformNames)[number];

const schema = object({
  /** What provides the hosts. */
  platform: z.enum(platformNames, "containers, existing or aws").default("containers"),
  /** DNS domain of the hosts and, by default, of the service names. */
  domain: domainName,
  /** Where the packages come from. */
  distribution: z
    .enum(DistributionName, "debian, openvox8 or openvox9")
    .default(defaults.distribution),
  /** Name under which agents request catalogs; without a dot it is in the domain, as are the next two. */
  puppetServer: serviceName.default(defaults.puppetServer),
  /** Name under which certificates are requested. */
  caServer: serviceName.default(defaults.caServer),
  /** Name under which files are served. */
  fileServer: serviceName.default(defaults.fileServer),
  /** Subject of the CA, fixed once the CA is set up. */
  caName: text(
    /^[A-Za-z0-9][A-Za-z0-9 .:_-]{0,58}$/,
    "at most 59 letters, digits, spaces or . : _ -, beginning with a letter or digit",
  ).default(defaults.caName),
  ...roleSettings,
  containers: containers.prefault({}),
  existing: existing.prefault({}),
  aws: aws.prefault({}),
});

/** The settings as written, with every default. */
export type Parsed = z.output<typeof schema>;

/** A stack's settings with every default filled in. */
export interface Settings extends Parsed {
  /** Short names of the hosts by role. */
  hosts: ByRole<string>;
  /** Host names that compilers may get later, in addition to the current ones: those for a larger number. */
  plannedCompilers: readonly string[];
}

/** What the settings need from a platform. */
export interface PlatformRules {
  /** The setting that lists the hosts. */
  readonly hostsNamedBy: "compilers" | "existing.servers";
  /** Short names of the hosts by role. */
  readonly hostNames: (parsed: Parsed) => ByRole<string>;
  /**
   * Faults of the settings on this platform, one sentence each.
   *
   * @param values the settings as given, without defaults
   */
  readonly faults: (settings: Settings, values: Readonly<Record<string, unknown>>) => string[];
}

/** Settings that are invalid; the message has one sentence for each fault. */
export class SettingsError extends Error {
  constructor(readonly sentences: readonly string[]) {
    super(sentences.join("\n"));
    this.name = "SettingsError";
  }

  /** The same error for a stack: the commands in it name the stack, and its file unless it is the project's own. */
  inStack(stack: string, file?: string): SettingsError {
    return new SettingsError(this.sentences.map((sentence) => inStack(sentence, stack, file)));
  }
}

/**
 * Checks a stack's settings and fills in the defaults.
 *
 * @param values settings by name, without the project's prefix; as parsed from YAML, or as the engine passes them:
 *   strings, with JSON for everything else
 * @param platforms each platform's rules for the settings
 * @throws SettingsError with one sentence for each invalid setting: its name, its value and what to write
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

/** Settings of platforms that are not used, which would have no effect. */
function otherPlatforms(
  platform: PlatformName,
  values: Readonly<Record<string, unknown>>,
): string[] {
  return platformNames
    .filter((other) => other !== platform && Object.keys(values[other] ?? {}).length > 0)
    .map(
      (other) =>
        `puppet:${other} is set, but puppet:platform is ${platform}; set puppet:platform to ${other}, or remove puppet:${other}.`,
    );
}

/** The engine passes settings other than texts as JSON. */
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
