import type * as pulumi from "@pulumi/pulumi";
import type { HostCertificateArgs } from "../certificates/args.js";
import type { PoolMember } from "../compiler/args.js";

/** Arguments of {@link LoadBalancer}. */
export interface LoadBalancerArgs extends HostCertificateArgs {
  /** Name under which all hosts connect to the CA, which signs the certificate of the statistics page. */
  caServer: string;
  /** Name that agents connect to, which is in the members' certificates. */
  puppetServer: string;
  /** The compilers: `members` of a CompilerPool. Let the load balancer depend on the pool: they must serve first. */
  members: pulumi.Input<pulumi.Input<PoolMember>[]>;
  /** TCP port of the statistics page; 8404 by default. */
  statsPort?: number;
  /** Seconds that a catalog may take to compile, 900 by default; connections may be silent for as long. */
  compileTimeout?: number;
}
