import type * as pulumi from "@pulumi/pulumi";
import type { HostArgs } from "../../hosts/host.js";
import type { AuthorityArgs } from "../certificates/args.js";
import type { ForemanClientArgs } from "../foreman/args.js";
import type { SizingArgs } from "../puppet-server/args.js";
import type { PuppetDbClientArgs } from "../puppetdb/args.js";

/** What every compiler of a pool shares. */
export interface CompilerSettings extends AuthorityArgs {
  /** Name under which all hosts reach the CA. */
  caServer: string;
  /** Names of the balanced service, which the compiler's certificate carries; full and short ones. */
  subjectAltNames: string[];
  /** Workers and memory; computed from the host by default. */
  sizing?: SizingArgs;
  /** How it reaches PuppetDB; without it, there is none. */
  puppetdb?: PuppetDbClientArgs;
  /** How it reaches Foreman; without it, there is none. */
  foreman?: ForemanClientArgs | undefined;
  /** Whether code deployment keeps the environments; false by default. */
  deployedCode?: boolean;
}

/** What a {@link Compiler} takes. */
export interface CompilerArgs extends CompilerSettings {
  /** The host that becomes a compiler. */
  host: HostArgs;
}

/** What a {@link CompilerPool} takes. */
export interface CompilerPoolArgs extends CompilerSettings {
  /** The compilers' hosts; all are configured at the same time. */
  hosts: HostArgs[];
}

/** A compiler as a balancer sees it. */
export interface PoolMember {
  /** Short name. */
  name: string;
  /** Fully qualified name, which its certificate carries. */
  fqdn: string;
  /** Address at which the balancer reaches it. */
  address: pulumi.Input<string>;
}
