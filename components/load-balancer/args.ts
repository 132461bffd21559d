import type * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";
import type { PoolMember } from "../compiler/args.js";

/** What a {@link LoadBalancer} takes. */
export interface LoadBalancerArgs {
  /** The host that HAProxy runs on. */
  host: HostArgs;
  /** Where the packages of Puppet come from; Debian's own by default. */
  distribution?: DistributionName;
  /** Name that agents connect to; the members' certificates carry it. */
  puppetServer: string;
  /** The CA's certificates, PEM: a member's health is asked over verified TLS. */
  caCertificate: pulumi.Input<string>;
  /** The compilers, `members` of a CompilerPool; let the balancer depend on the pool, so that they serve already. */
  members: pulumi.Input<pulumi.Input<PoolMember>[]>;
  /** TCP port on which members tell whether their code is the newest; without it they are not asked. */
  agentPort?: number | undefined;
  /** TCP port of the statistics page; 8404 by default. */
  statsPort?: number;
  /** Seconds a catalog may take to compile, 900 by default; shorter time-outs would cut it off. */
  compileTimeout?: number;
}
