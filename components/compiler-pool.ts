import * as pulumi from "@pulumi/pulumi";
import type { HostArgs } from "../hosts/host.js";
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
    for (const host of hosts) new Compiler(host.name, { ...settings, host }, { parent: this });
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
