import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { CodeTool } from "../choices.js";
import type { ServerIdentity } from "../code-deployment/args.js";
import { CodeCopy } from "../code-deployment/code-copy.js";
import { CodeDeployment } from "../code-deployment/code-deployment.js";
import { repositoryKeys, serverIdentity, type RepositoryKey } from "../code-deployment/identity.js";
import { compilerOf, type CompilerPool } from "../compiler/compiler-pool.js";
import { ControlRepository } from "../control-repository/control-repository.js";
import { controlSource } from "../control-repository/state.js";
import type { HdmImage } from "../hdm/hdm-image.js";
import type { MainServer } from "../main-server/main-server.js";
import { localWebhookUrl, Webhook } from "../webhook/webhook.js";
import type { InfrastructureContext } from "./context.js";

/** Code deployment, from the control repositories to all servers. */
export interface DeployedCode {
  readonly deployment: CodeDeployment;
  /** The code on hosts that serve no agents. */
  readonly copies: readonly CodeCopy[];
  readonly webhook: Webhook;
  /** Public key to add to Git servers as a read-only deploy key for the control repositories. */
  readonly deployKey: pulumi.Output<string>;
  /** Public keys that are for some repositories only, by name; undefined if there is none. */
  readonly repositoryKeys: pulumi.Output<Record<string, RepositoryKey>> | undefined;
}

/** Code deployment to all servers: initially, at each push, and later to a server that missed a deploy. */
export function deployCode(
  context: InfrastructureContext,
  {
    main,
    compilers,
    hdmImage,
  }: { main: MainServer; compilers: CompilerPool; hdmImage: HdmImage | undefined },
): DeployedCode | undefined {
  const { name, parent, args, distribution, hdm, puppetdbClient } = context;
  const { hosts, webhookPort, webhookCertificate, webhookPrivateKey } = args;
  const { tool, sources = {}, ...settings } = args.codeDeployment;
  if (tool === CodeTool.None) return undefined;
  const identities = {
    main: serverIdentity(hosts.main, { parent, dependsOn: main }),
    // Each depends on its own compiler only: otherwise Pulumi's state would grow with the square of their number.
    compilers: hosts.compilers.map((host) =>
      serverIdentity(host, { parent, dependsOn: compilerOf(compilers, host.name) }),
    ),
    copies:
      hdm && hdmImage
        ? // If the image is not available, nothing else of HDM is set up on the host.
          [serverIdentity(hdm.host, { parent, dependsOn: hdmImage })]
        : [],
  };
  const keys = repositoryKeys(identities.main, settings.credentials ?? {}, { parent });
  const secret = new random.RandomPassword(
    `${name}-webhook-secret`,
    { length: 48, special: false },
    { parent },
  ).result;
  const namedSources = Object.entries(sources).map(([name, source]) => ({ name, ...source }));
  const repository =
    namedSources.length > 0
      ? undefined
      : new ControlRepository(
          `${name}-control-repository`,
          {
            main: identities.main,
            distribution,
            webhook: { url: localWebhookUrl(webhookPort), secret },
          },
          { parent, dependsOn: main },
        );
  const deployment = new CodeDeployment(
    `${name}-code`,
    {
      ...settings,
      ...identities,
      tool,
      distribution,
      sources: repository === undefined ? namedSources : [controlSource(hosts.main)],
      puppetdbUrls: puppetdbClient?.serverUrls ?? [],
    },
    {
      parent,
      dependsOn: [
        compilers,
        ...(repository === undefined ? [] : [repository]),
        ...(keys === undefined ? [] : [keys.command]),
      ],
    },
  );
  const webhook = new Webhook(
    `${name}-webhook`,
    {
      main: hosts.main,
      distribution,
      port: webhookPort,
      secret,
      certificate: webhookCertificate,
      privateKey: webhookPrivateKey,
    },
    // Code deployment installs the command that the webhook runs.
    { parent, dependsOn: deployment },
  );
  const codeCopy = (copy: ServerIdentity) =>
    new CodeCopy(
      `${copy.host.name}-code-copy`,
      { main: identities.main, copy, distribution },
      // By then the main server accepts this host's key, and has code for it.
      { parent, dependsOn: deployment },
    );
  return {
    deployment,
    copies: identities.copies.map(codeCopy),
    webhook,
    deployKey: identities.main.publicKey,
    repositoryKeys: keys?.publicKeys,
  };
}
