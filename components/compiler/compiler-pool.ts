import * as pulumi from "@pulumi/pulumi";
import type { HostArgs } from "../../hosts/host.js";
import { Compiler, type CompilerSettings } from "./compiler.js";

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

/** Compilers that answer under one name. Removing one revokes its certificate, and changes no other. */
export class CompilerPool extends pulumi.ComponentResource {
  /** The compilers, in the order of their hosts. */
  readonly members: pulumi.Output<PoolMember[]>;

  constructor(name: string, args: CompilerPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:CompilerPool", name, {}, opts);
    const { hosts, ...settings } = args;
    compilersOf.set(
      this,
      new Map(
        hosts.map((host) => [
          host.name,
          new Compiler(host.name, { ...settings, host }, { parent: this }),
        ]),
      ),
    );
    this.members = pulumi.output(
      hosts.map(({ name, fqdn, address }) => ({
        name,
        fqdn,
        address,
      })),
    );
    this.registerOutputs();
  }
}

/** The compilers of each pool by name. Not in the class: whatever is there, the schema takes for an output. */
const compilersOf = new WeakMap<CompilerPool, ReadonlyMap<string, Compiler>>();

/**
 * One of a pool's compilers, for what depends on it alone.
 *
 * @param name short name of its host
 * @throws Error when the pool has none of that name
 */
export function compilerOf(pool: CompilerPool, name: string): Compiler {
  const compiler = compilersOf.get(pool)?.get(name);
  if (compiler === undefined) throw new Error(`The pool has no compiler ${name}.`);
  return compiler;
}
