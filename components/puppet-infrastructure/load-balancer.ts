import type { AuthorityArgs } from "../certificates/args.js";
import type { CompilerPool } from "../compiler/compiler-pool.js";
import { LoadBalancer } from "../load-balancer/load-balancer.js";
import type { DeployedCode } from "./code.js";
import type { InfrastructureContext } from "./context.js";

/** The load balancer in front of the compilers. */
export function deployLoadBalancer(
  { parent, args }: InfrastructureContext,
  {
    certificates,
    compilers,
    code,
  }: { certificates: AuthorityArgs; compilers: CompilerPool; code: DeployedCode | undefined },
): LoadBalancer {
  const { loadBalancer } = args.hosts;
  return new LoadBalancer(
    loadBalancer.name,
    {
      ...certificates,
      host: loadBalancer,
      caServer: args.caServer,
      puppetServer: args.puppetServer,
      members: compilers.members,
      statsPort: args.statsPort,
      compileTimeout: args.compileTimeout,
    },
    // HAProxy considers a new server healthy until its first check, so it gets compilers only once they serve the
    // latest code.
    { parent, dependsOn: [compilers, ...(code ? [code.deployment] : [])] },
  );
}
