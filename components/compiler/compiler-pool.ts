import * as pulumi from "@pulumi/pulumi";
import { withDefaults } from "../arguments.js";
import { defaults } from "../defaults.js";
import { Rollout, rollTogether } from "../rollout/rollout.js";
import type { CompilerPoolArgs, PoolMember } from "./args.js";
import { Compiler, configurationOf } from "./compiler.js";

/** Compilers that serve under one name. Removing one revokes its certificate and changes none of the others. */
export class CompilerPool extends pulumi.ComponentResource {
  /** The compilers, in the order of their hosts. */
  readonly members: pulumi.Output<PoolMember[]>;

  constructor(name: string, args: CompilerPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:CompilerPool", name, {}, opts);
    const { hosts, ...settings } = args;
    const { maxUnavailable } = withDefaults(settings.rollout ?? {}, defaults.rollout);
    const rollout = new Rollout(maxUnavailable, hosts.length);
    rollTogether(hosts, rollout);
    const compilers = hosts.map(
      (host) =>
        [host.name, new Compiler(host.name, { ...settings, host }, { parent: this })] as const,
    );
    compilersOf.set(this, new Map(compilers));
    rollout.announce(
      compilers.map(([, compiler]) => configurationOf(compiler)),
      this,
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

/** The compilers of each pool by name. Not in the class: the schema treats each of its properties as an output. */
const compilersOf = new WeakMap<CompilerPool, ReadonlyMap<string, Compiler>>();

/**
 * One of a pool's compilers, for resources that depend on it alone.
 *
 * @param name short name of its host
 * @throws Error if the pool has no compiler of that name
 */
export function compilerOf(pool: CompilerPool, name: string): Compiler {
  const compiler = compilersOf.get(pool)?.get(name);
  if (compiler === undefined) throw new Error(`The pool has no compiler ${name}.`);
  return compiler;
}
