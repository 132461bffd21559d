import { poolPort } from "../../templates/code-deployment/code-deployment.js";
import type { AuthorityArgs } from "../certificates/args.js";
import { OldCode } from "../choices.js";
import type { CompilerPool } from "../compiler/compiler-pool.js";
import { LoadBalancer } from "../load-balancer/load-balancer.js";
import type { DeployedCode } from "./code.js";
import type { InfrastructureContext } from "./context.js";

/** The balancer before the compilers. */
export function deployLoadBalancer(
  { parent, args, distribution, deployedCode }: InfrastructureContext,
  {
    certificates,
    compilers,
    code,
  }: { certificates: AuthorityArgs; compilers: CompilerPool; code: DeployedCode | undefined },
): LoadBalancer {
  const { loadBalancer } = args.hosts;
  const leavesOldCode = deployedCode && args.codeDeployment.behind === OldCode.Leave;
  return new LoadBalancer(
    loadBalancer.name,
    {
      host: loadBalancer,
      distribution,
      puppetServer: args.puppetServer,
      caCertificate: certificates.caCertificate,
      members: compilers.members,
      statsPort: args.statsPort,
      agentPort: leavesOldCode ? poolPort : undefined,
      compileTimeout: args.compileTimeout,
    },
    // HAProxy takes a new server for healthy until its first check: it learns of compilers that serve, and that
    // serve the newest code.
    { parent, dependsOn: [compilers, ...(code ? [code.deployment] : [])] },
  );
}
