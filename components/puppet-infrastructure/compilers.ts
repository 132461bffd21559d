import type { AuthorityArgs } from "../certificates/args.js";
import { CompilerPool } from "../compiler/compiler-pool.js";
import type { MainServer } from "../main-server/main-server.js";
import type { PuppetDb } from "../puppetdb/puppetdb.js";
import type { InfrastructureContext } from "./context.js";
import type { DeployedForeman } from "./foreman.js";

/** The compilers. */
export function deployCompilers(
  context: InfrastructureContext,
  {
    main,
    certificates,
    puppetdb,
    foreman,
  }: {
    main: MainServer;
    certificates: AuthorityArgs;
    puppetdb: PuppetDb | undefined;
    foreman: DeployedForeman | undefined;
  },
): CompilerPool {
  const { name, parent, args } = context;
  return new CompilerPool(
    `${name}-compilers`,
    {
      ...certificates,
      hosts: args.hosts.compilers,
      caServer: args.caServer,
      subjectAltNames: context.poolNames,
      sizing: args.compiler,
      puppetdb: context.puppetdbClient,
      foreman: context.foremanClient,
      // Only its: with those of all hosts, a new compiler would change all others.
      knownAddresses: [args.hosts.loadBalancer.address],
      deployedCode: context.deployedCode,
      fileBucket: args.fileBucket,
      rollout: args.rollout,
      eyaml: args.eyaml,
      serverGems: args.serverGems,
      reports: args.reports,
    },
    {
      parent,
      // A catalog that collects exported resources cannot be compiled without PuppetDB: compilers use a new one only
      // once it serves. A compiler is registered in Foreman before it queries Foreman.
      dependsOn: [puppetdb ?? main, ...(foreman === undefined ? [] : [foreman.registration])],
    },
  );
}
