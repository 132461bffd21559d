import type * as z from "zod";
import type { ComponentResource } from "@pulumi/pulumi";
import type { PuppetInfrastructure, PuppetInfrastructureArgs } from "../components/index.js";
import type { Distribution } from "../distributions/index.js";
import type { ServiceNameSetting } from "./service-names.js";

/** Outputs of the component. */
export type InfrastructureOutput = Exclude<keyof PuppetInfrastructure, keyof ComponentResource>;

/** How many hosts a role has: always one, at most one, or as many as the settings say. */
export type HostCount = "one" | "optional" | "many";

/** Helpers that a platform may create in addition to the roles' hosts. */
export type HelperParty = "bastion" | "database" | "endpoints";
/** Parties outside the environment. */
export type OutsideParty =
  "agents" | "operators" | "gitServers" | "siteForeman" | "administrators" | "outbound";

/** One TCP connection: who opens it to whom. A party is a role, a helper, or an outside party. */
export interface Connection<Party extends string = string> {
  readonly from: Party;
  readonly to: Party;
  readonly port: number;
  /** What it is for: at most 60 characters that the description of a security group rule allows, so no quotes. */
  readonly purpose: string;
}

/** As whom the hosts of a role log in to those of another over SSH. */
export interface SshLogin<Party extends string = string> {
  readonly from: Party;
  readonly to: Party;
  readonly user: string;
  /** Absolute path of the user's home directory, where the keys are in `.ssh/authorized_keys`. */
  readonly home: string;
}

/** TCP ports outside the environment, each with its purpose. */
export type OutsidePorts = readonly (readonly [port: number, purpose: string])[];

/** Which helpers the platform creates. */
export type Helpers = Readonly<Record<HelperParty, boolean>>;

/** A host as sizing sees it; memory in MiB. */
export interface SizedHost {
  readonly fqdn: string;
  readonly cores: number;
  readonly memory: number;
}

/** A disk for data that must outlive an instance. */
export interface DataVolume<SeenSettings> {
  /** Default size in GiB. */
  readonly size: number;
  /** Smallest size that can be set, in GiB. */
  readonly least: number;
  /** What it holds, for the volume's tags. */
  readonly holds: string;
  /** Folders on it; none if the role keeps its data elsewhere. */
  readonly folders: (
    settings: SeenSettings,
    distribution: Distribution,
    helpers: Helpers,
  ) => readonly string[];
}

/** What a role puts on a server that a site already has, and what of the site's own may be in its way. */
export interface OnServer {
  /** Its main packages; without all of them, the server's package sources must answer. */
  readonly packages: readonly string[];
  /** Packaged services by TCP port: whoever else listens there is in the way. */
  readonly services: Readonly<Record<number, string>>;
  /** Which of the site's own it would replace. */
  readonly replaces: readonly ("ca" | "code" | "haproxy" | "postgresql")[];
}

/** Minimum hardware of a host, for roles whose software does not run on less. */
export interface Requirement {
  /** Memory for services, in MiB. */
  readonly memory: number;
  readonly architecture: "amd64";
}

/**
 * Everything that the program knows about a role, except how it is configured, which is up to its component. Everything
 * that lists roles is derived from these records: settings, host names, what platforms create, connections, outputs,
 * tables.
 *
 * All members are required, so that a forgotten one is a compile error. Functions take only the settings that they
 * need, `SeenSettings`, so that no role depends on the table.
 */
export interface Role<SeenSettings> {
  /** Name of the role for people. */
  readonly title: string;
  readonly count: HostCount;
  /**
   * What a host of the role does, as the stack output `hosts` names it; the first word is also the role of a server in
   * `puppet:existing.servers`.
   */
  readonly words: readonly [string, ...string[]];
  /** Settings with the service names that resolve to its host. */
  readonly serviceNames: readonly ServiceNameSetting[];
  /** Sections of the settings: each name with its schema. */
  readonly settings: Readonly<Record<string, z.core.$ZodType>>;
  /** Settings that are secrets, and must be secret in the stack's file: dotted names without the prefix. */
  readonly secrets: readonly string[];
  /** Faults in its sections beyond single values, one sentence each. */
  readonly faults: (settings: SeenSettings) => string[];
  /** Where it runs: `own` for its own hosts, another role's name to share that role's host, otherwise nowhere. */
  readonly placement: (settings: SeenSettings) => string;
  /** Values of its section's setting `host` other than `own`. */
  readonly elsewhere: readonly string[];
  /** Short names of its own hosts, on platforms that create hosts. */
  readonly hostNames: (settings: SeenSettings) => readonly string[];
  /** As a container. */
  readonly container: {
    /** Offset of the host's address from the network's first. Existing environments keep theirs: never change one. */
    readonly offset: (name: string) => number;
    /** TCP ports, in addition to SSH, that are published on a loopback port of this machine. */
    readonly ports: (settings: SeenSettings) => readonly number[];
  };
  /** As an EC2 instance. */
  readonly instance: {
    /** Default instance type. */
    readonly type: string;
    readonly dataVolume: DataVolume<SeenSettings> | undefined;
  };
  /** As a server that a site already has. */
  readonly onServer: (settings: SeenSettings, distribution: Distribution) => OnServer;
  /** What its hosts must have; undefined if only sizing decides. */
  readonly requires: Requirement | undefined;
  /** The service whose sizing is based on its host's memory, if there is one. */
  readonly sizing:
    | {
        /** Section of the settings with its sizing. */
        readonly section: string;
        /** @throws Error if the service does not fit on the host */
        readonly fit: (settings: SeenSettings, host: SizedHost, helpers: Helpers) => unknown;
      }
    | undefined;
  /** Connections that the role needs, within the environment and from outside. */
  readonly connections: (settings: SeenSettings, helpers: Helpers) => readonly Connection[];
  /** Logins over SSH that the role needs. */
  readonly logins: (settings: SeenSettings) => readonly SshLogin[];
  /** What its hosts connect to outside, in addition to the distribution's packages. */
  readonly outside: (settings: SeenSettings) => OutsidePorts;
  /** The component's arguments from its sections. */
  readonly args: (settings: SeenSettings) => Partial<PuppetInfrastructureArgs>;
  /** Stack outputs, each with the component's property that provides it. */
  readonly outputs: Readonly<Record<string, InfrastructureOutput>>;
  /**
   * Rows of the summary that `npm start` prints: label and text.
   *
   * @param outputs those of the stack's outputs that are texts
   * @param stack name of the stack
   */
  readonly summary: (
    outputs: Readonly<Record<string, string | undefined>>,
    stack: string,
    settings: SeenSettings,
  ) => readonly (readonly [string, string])[];
  /** Settings of an environment that has it, for the guides' tables; undefined if every environment has it. */
  readonly example: Readonly<Record<string, unknown>> | undefined;
}

/** TCP port of a URL; Git's short form without a scheme is SSH. */
export function portOf(url: string): number {
  if (!url.includes("://")) return 22;
  const { protocol, port } = new URL(url);
  const usual = { "ssh:": 22, "http:": 80, "https:": 443 }[protocol] ?? 0;
  return port === "" ? usual : Number(port);
}

/** The command that shows a secret output. */
export function secretOutputCommand(output: string, stack: string): string {
  return `npm run pulumi -- stack output ${output} --show-secrets --stack ${stack}`;
}
