import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../hosts/host.js";
import { Compiler, type CompilerSettings } from "./compiler.js";

/** What a {@link CompilerPool} takes. */
export interface CompilerPoolArgs extends CompilerSettings {
  /** The compilers' hosts; all are configured at the same time. */
  hosts: readonly Host[];
}

/** A compiler as a balancer sees it. */
export interface PoolMember {
  name: string;
  fqdn: string;
  address: pulumi.Input<string>;
}

/** Compilers that answer under one name. */
export class CompilerPool extends pulumi.ComponentResource {
  /** The compilers, in the order of their hosts. */
  readonly members: readonly PoolMember[];

  constructor(name: string, args: CompilerPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:CompilerPool", name, {}, opts);
    const { hosts, ...settings } = args;
    for (const host of hosts) new Compiler(host.name, { ...settings, host }, { parent: this });
    this.members = hosts.map(({ name, fqdn, address }) => ({
      name,
      fqdn,
      address,
    }));
    this.registerOutputs();
  }
}
