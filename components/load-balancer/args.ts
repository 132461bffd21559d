import type * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";
import type { PoolMember } from "../compiler/args.js";

/** Arguments of {@link LoadBalancer}. */
export interface LoadBalancerArgs {
  /** The host that HAProxy runs on. */
  host: HostArgs;
  /** Where Puppet's packages come from; Debian's own by default. */
  distribution?: DistributionName;
  /** Name that agents connect to, which is in the members' certificates. */
  puppetServer: string;
  /** The CA's certificates, PEM; health checks use them to verify the members' TLS. */
  caCertificate: pulumi.Input<string>;
  /** The compilers: `members` of a CompilerPool. Let the load balancer depend on the pool: they must serve first. */
  members: pulumi.Input<pulumi.Input<PoolMember>[]>;
  /** TCP port on which members report whether their code is the latest; without it, this is not checked. */
  agentPort?: number | undefined;
  /** TCP port of the statistics page; 8404 by default. */
  statsPort?: number;
  /** Seconds that a catalog may take to compile, 900 by default; connections may be silent for as long. */
  compileTimeout?: number;
}
