import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";
import { CodeCopy } from "../code-deployment/code-copy.js";
import {
  CodeDeployment,
  serverIdentity,
  type CodeDeploymentSettings,
} from "../code-deployment/code-deployment.js";
import type { CodeTool } from "../choices.js";
import { compilerOf, type CompilerPool } from "../compiler/compiler-pool.js";
import { ControlRepository, controlSource } from "../code-deployment/control-repository.js";
import type { MainServer } from "../main-server/main-server.js";
import { Webhook, webhookUrl } from "../code-deployment/webhook.js";

/** Settings of code deployment in an infrastructure. */
export interface CodeSettings extends CodeDeploymentSettings {
  /** Program that brings code, r10k by default; or none. */
  tool?: CodeTool;
  /** Control repositories by their names; without one, the main server keeps one itself. */
  sources?: Record<string, CodeSourceArgs>;
}

/** A control repository, whose branches are environments. */
export interface CodeSourceArgs {
  /** URL as Git takes it, without a password. */
  remote: string;
  /** Begins the names of its environments, with an underscore between; nothing does by default. */
  prefix?: string | undefined;
}

/** What brings code to all servers. */
export interface DeployedCode {
  readonly deployment: CodeDeployment;
  /** The code on hosts that serve no agents, in the order of these. */
  readonly copies: readonly CodeCopy[];
  readonly webhook: Webhook;
  /** Public key that Git servers must let read the control repositories. */
  readonly deployKey: pulumi.Output<string>;
}

/** What {@link deployCode} takes. */
interface DeployCodeArgs {
  hosts: { main: HostArgs; compilers: readonly HostArgs[] };
  /** Hosts that get the code and serve no agents, each with what has to be there before. */
  copies: readonly { host: HostArgs; dependsOn: pulumi.Resource }[];
  distribution: DistributionName;
  settings: CodeSettings & { tool: Exclude<CodeTool, "none"> };
  webhookPort: number;
  main: MainServer;
  pool: CompilerPool;
}

/** Has code deployed to all servers of an infrastructure: at first, at each push, and by whoever missed it. */
export function deployCode(
  name: string,
  args: DeployCodeArgs,
  parent: pulumi.Resource,
): DeployedCode {
  const { hosts, distribution, main, pool } = args;
  const { sources = {}, ...settings } = args.settings;
  const identities = {
    main: serverIdentity(hosts.main, { parent, dependsOn: main }),
    // Each upon its own compiler alone: upon all of them, the state would grow with the square of their number.
    compilers: hosts.compilers.map((host) =>
      serverIdentity(host, { parent, dependsOn: compilerOf(pool, host.name) }),
    ),
  };
  const copies = args.copies.map(({ host, dependsOn }) =>
    serverIdentity(host, { parent, dependsOn }),
  );
  const secret = new random.RandomPassword(
    `${name}-webhook-secret`,
    { length: 48, special: false },
    { parent },
  ).result;
  const given = Object.entries(sources).map(([name, source]) => ({ name, ...source }));
  const repository =
    given.length > 0
      ? undefined
      : new ControlRepository(
          `${name}-control-repository`,
          {
            main: identities.main,
            distribution,
            webhook: { url: webhookUrl(hosts.main, args.webhookPort), secret },
          },
          { parent, dependsOn: main },
        );
  const deployment = new CodeDeployment(
    `${name}-code`,
    {
      ...identities,
      ...settings,
      copies,
      distribution,
      sources: repository === undefined ? given : [controlSource(hosts.main)],
    },
    { parent, dependsOn: [pool, ...(repository === undefined ? [] : [repository])] },
  );
  const webhook = new Webhook(
    `${name}-webhook`,
    { main: hosts.main, distribution, port: args.webhookPort, secret },
    // The command that it runs comes with code deployment.
    { parent, dependsOn: deployment },
  );
  return {
    deployment,
    copies: copies.map(
      (copy) =>
        new CodeCopy(
          `${copy.host.name}-code-copy`,
          { main: identities.main, copy, distribution },
          // It lets this host in, and has something to give.
          { parent, dependsOn: deployment },
        ),
    ),
    webhook,
    deployKey: identities.main.publicKey,
  };
}
