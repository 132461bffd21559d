import type * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";
import { CodeTool } from "../choices.js";
import type { ForemanClientArgs } from "../foreman/args.js";
import type { HdmSettings } from "../hdm/args.js";
import type { PuppetDbClientArgs } from "../puppetdb/args.js";
import { withAllDefaults, type ArgsWithAllDefaults } from "./all-defaults.js";
import type { PuppetInfrastructureArgs } from "./args.js";
import { foremanClientOf, puppetdbClientOf } from "./clients.js";
import { hdmOf } from "./hdm-settings.js";

/** What the functions that set up the roles of an infrastructure share. */
export interface InfrastructureContext {
  /** Name of the infrastructure; the names of its resources begin with it. */
  readonly name: string;
  /** The infrastructure itself. */
  readonly parent: pulumi.Resource;
  /** Its arguments with all defaults. */
  readonly args: ArgsWithAllDefaults;
  /** Name of the distribution, as all components take it. */
  readonly distribution: DistributionName;
  /** Names of the CA service, fully qualified and short. */
  readonly caNames: string[];
  /** Names of the load-balanced service, fully qualified and short. */
  readonly poolNames: string[];
  /** How the Puppet servers connect to PuppetDB; without it, they use none. */
  readonly puppetdbClient: PuppetDbClientArgs | undefined;
  /** Whether PuppetDB shares the main server's host. */
  readonly puppetdbOnMainServer: boolean;
  /** How the Puppet servers connect to Foreman; without it, they use none. */
  readonly foremanClient: ForemanClientArgs | undefined;
  /** HDM's host and settings, where it has a host. */
  readonly hdm: { readonly host: HostArgs; readonly settings: HdmSettings } | undefined;
  /** Whether code deployment manages the environments. */
  readonly deployedCode: boolean;
}

/** Completes and checks the arguments of an infrastructure. */
export function contextOf(
  name: string,
  args: PuppetInfrastructureArgs,
  parent: pulumi.Resource,
): InfrastructureContext {
  const argsWithDefaults = withAllDefaults(args);
  const { hosts, distribution, puppetServer, caServer, fileServer } = argsWithDefaults;
  return {
    name,
    parent,
    args: argsWithDefaults,
    distribution: distribution.name,
    caNames: withShortNames([caServer]),
    poolNames: withShortNames([puppetServer, fileServer]),
    puppetdbClient: puppetdbClientOf(argsWithDefaults),
    puppetdbOnMainServer: hosts.puppetdb?.fqdn === hosts.main.fqdn,
    foremanClient: foremanClientOf(argsWithDefaults),
    hdm: hdmOf(argsWithDefaults),
    deployedCode: argsWithDefaults.codeDeployment.tool !== CodeTool.None,
  };
}

/** FQDNs, each with its short form. */
export function withShortNames(names: readonly string[]): string[] {
  return [...new Set(names.flatMap((name) => [name, name.split(".")[0] ?? name]))];
}
