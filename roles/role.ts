import type * as z from "zod";
import type { ComponentResource } from "@pulumi/pulumi";
import type { PuppetInfrastructure, PuppetInfrastructureArgs } from "../components/index.js";
import type { Distribution } from "../distributions/index.js";

/** What the component tells of an infrastructure. */
export type InfrastructureOutput = Exclude<keyof PuppetInfrastructure, keyof ComponentResource>;

/** How many hosts a role has: always one, at most one, or as many as the settings say. */
export type HostCount = "one" | "optional" | "many";

/** Helpers that a platform may make besides the hosts of roles. */
export type HelperParty = "bastion" | "database" | "endpoints";
/** Parties outside the environment. */
export type OutsideParty =
  "agents" | "operators" | "gitServers" | "siteForeman" | "administrators" | "outbound";

/** One TCP connection: who opens it to whom. A party is a role, a helper, or somebody outside. */
export interface Connection<Party extends string = string> {
  readonly from: Party;
  readonly to: Party;
  readonly port: number;
  /** What it is for: at most 60 characters that a security group rule's description can have, so no quotes. */
  readonly purpose: string;
}

/** TCP ports outside the environment, each with what it is reached for. */
export type OutsidePorts = readonly (readonly [port: number, purpose: string])[];

/** Which helpers the platform makes. */
export type Helpers = Readonly<Record<HelperParty, boolean>>;

/** A host as sizing sees it: memory in MiB. */
export interface SizedHost {
  readonly fqdn: string;
  readonly cores: number;
  readonly memory: number;
}

/** A disk for what must outlive an instance. */
export interface DataVolume<Sees> {
  /** Size in GiB unless set. */
  readonly size: number;
  /** Smallest size that can be set, in GiB. */
  readonly least: number;
  /** What it holds, for the volume's tags. */
  readonly holds: string;
  /** Folders on it; none where the role keeps its data elsewhere. */
  readonly folders: (
    settings: Sees,
    distribution: Distribution,
    helpers: Helpers,
  ) => readonly string[];
}

/** What a host must have, for roles whose software does not run on less. */
export interface Requirement {
  /** Memory that services may plan with, in MiB. */
  readonly memory: number;
  readonly architecture: "amd64";
}

/**
 * All that the program knows of a role besides how it is made, which is its component's business. Everything that lists
 * roles is derived from these records: settings, host names, what platforms make, connections, outputs, tables.
 *
 * Each member has to be there, so that a forgotten one does not compile. A function takes the settings that it looks
 * at and no others, `Sees`, by which no role depends on the table.
 */
export interface Role<Sees> {
  /** Name of the role as people read it. */
  readonly title: string;
  readonly count: HostCount;
  /**
   * What a host of the role does, in the words of the stack output `hosts`; the first is also the role of a server in
   * `puppet:existing.servers`.
   */
  readonly words: readonly [string, ...string[]];
  /** Service names of the settings that lead to its host. */
  readonly serviceNames: readonly ("puppetServer" | "caServer" | "fileServer")[];
  /** Sections of the settings, by name: each with its schema. */
  readonly settings: Readonly<Record<string, z.core.$ZodType>>;
  /** Settings that are secrets, and must be sealed in the stack's file: dotted names without the prefix. */
  readonly secrets: readonly string[];
  /** What is wrong in its sections beyond single values: a sentence each. */
  readonly faults: (settings: Sees) => string[];
  /** Where it runs: `own` for hosts of its own, another role's name to share that one's host, else nowhere. */
  readonly placement: (settings: Sees) => string;
  /** What the setting `host` of its section can be besides `own`. */
  readonly elsewhere: readonly string[];
  /** Short names of its own hosts, on platforms that make hosts. */
  readonly hostNames: (settings: Sees) => readonly string[];
  /** As a container. */
  readonly container: {
    /** The host's address, counted from the network's first. Environments keep theirs: never change one. */
    readonly offset: (name: string) => number;
    /** TCP ports, besides SSH, that are published on a loopback port of this machine. */
    readonly ports: (settings: Sees) => readonly number[];
  };
  /** As an EC2 instance. */
  readonly instance: {
    /** Instance type unless set. */
    readonly type: string;
    readonly dataVolume: DataVolume<Sees> | undefined;
  };
  /** What its hosts must have; undefined where sizing alone decides. */
  readonly requires: Requirement | undefined;
  /** The service that plans with its host's memory, if there is one. */
  readonly sizing:
    | {
        /** Section of the settings with the sizing. */
        readonly section: string;
        /** @throws Error when the service does not fit into the host */
        readonly fit: (settings: Sees, host: SizedHost, helpers: Helpers) => unknown;
      }
    | undefined;
  /** Connections that exist because of the role, within the environment and from outside. */
  readonly connections: (settings: Sees, helpers: Helpers) => readonly Connection[];
  /** What its hosts reach outside, besides packages of the distribution. */
  readonly outside: (settings: Sees) => OutsidePorts;
  /** What the component takes of its sections. */
  readonly args: (settings: Sees) => Partial<PuppetInfrastructureArgs>;
  /** Stack outputs, each by the property of the component that has it. */
  readonly outputs: Readonly<Record<string, InfrastructureOutput>>;
  /**
   * Rows of the summary of `npm start`: label and text.
   *
   * @param outputs the stack's outputs that are texts
   * @param stack name of the stack
   */
  readonly summary: (
    outputs: Readonly<Record<string, string | undefined>>,
    stack: string,
    settings: Sees,
  ) => readonly (readonly [string, string])[];
  /** Settings of an environment that has it, for the guides' tables; undefined where every environment does. */
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
export function passwordCommand(output: string, stack: string): string {
  return `npm run pulumi -- stack output ${output} --show-secrets --stack ${stack}`;
}
