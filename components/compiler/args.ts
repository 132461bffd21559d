import type * as pulumi from "@pulumi/pulumi";
import type { HostArgs } from "../../hosts/host.js";
import type { AuthorityArgs } from "../certificates/args.js";
import type { ForemanClientArgs } from "../foreman/args.js";
import type { CodeNeeds, CompilerSizingArgs } from "../puppet-server/args.js";
import type { PuppetDbClientArgs } from "../puppetdb/args.js";
import type { ReportsArgs } from "../reports/args.js";

/** Settings that all compilers of a pool share. */
export interface CompilerSettings extends AuthorityArgs, CodeNeeds {
  /** Name under which all hosts connect to the CA. */
  caServer: string;
  /** Names of the load-balanced service for the compiler's certificate, fully qualified and short. */
  subjectAltNames: string[];
  /** Workers, memory and waiting requests; computed from the host's size by default. */
  sizing?: CompilerSizingArgs;
  /** How it connects to PuppetDB; without it, it uses none. */
  puppetdb?: PuppetDbClientArgs;
  /** How it connects to Foreman; without it, it uses none. */
  foreman?: ForemanClientArgs | undefined;
  /** How long it keeps reports that PuppetDB or Foreman does not take; up to 1024 MiB and 7 days by default. */
  reports?: ReportsArgs;
  /**
   * Addresses of load balancers, which may open any number of connections; none by default. Any other address, and any
   * other network of /64 of IPv6, may have 1000 open, and begin 200 a second.
   */
  knownAddresses?: pulumi.Input<string>[];
  /** Whether code deployment manages the environments; false by default. */
  deployedCode?: boolean;
  /** Whether agents may store files on compilers and read them, for `puppet filebucket`; false by default. */
  fileBucket?: boolean;
  /** How changes that restart Puppet Server reach the compilers: one at a time by default. */
  rollout?: RolloutArgs;
}

/** How changes that restart Puppet Server reach compilers that serve together. */
export interface RolloutArgs {
  /** Compilers that may be out of service for a change at the same time; 1 by default. */
  maxUnavailable?: number;
  /**
   * Seconds that agent runs get to end on a compiler before it restarts, 900 by default. Connections that are still open
   * then are cut.
   */
  drainTimeout?: number;
}

/** Arguments of {@link Compiler}. */
export interface CompilerArgs extends CompilerSettings {
  /** The host that becomes a compiler. */
  host: HostArgs;
}

/** Arguments of {@link CompilerPool}. */
export interface CompilerPoolArgs extends CompilerSettings {
  /** The compilers' hosts, which are configured in parallel. */
  hosts: HostArgs[];
}

/** A compiler as a load balancer sees it. */
export interface PoolMember {
  /** Short name. */
  name: string;
  /** Fully qualified name, which is in its certificate. */
  fqdn: string;
  /** Address at which the load balancer connects to it. */
  address: pulumi.Input<string>;
}
