import * as pulumi from "@pulumi/pulumi";
import { HostConfiguration } from "../../hosts/host-configuration.js";
import type { HostArgs } from "../../hosts/host.js";
import { localWebhookPath, webhookPath } from "../../templates/webhook/webhook.js";
import { withDefaults, withDistribution } from "../arguments.js";
import { defaults } from "../defaults.js";
import type { WebhookArgs } from "./args.js";
import { nameIn } from "./name.js";
import { webhookBackendPort, webhookServices, webhookState } from "./state.js";

/** URL of a main server's webhook for the control repository on the same host: without TLS, because requests are signed. */
export const localWebhookUrl = (port: number) =>
  `http://127.0.0.1:${String(webhookBackendPort(port))}${localWebhookPath}`;

/** URL of a main server's webhook, which Git servers send pushes to: with a name in its certificate. */
function webhookUrl(main: HostArgs, port: number, certificate: string | undefined): string {
  const name = certificate === undefined ? main.fqdn : nameIn(certificate, main.fqdn);
  if (name !== undefined) return `https://${name}:${String(port)}${webhookPath}`;
  throw new pulumi.InputPropertyError({
    propertyPath: "certificate",
    reason: `certificate has no name without a wildcard, nor is it for ${main.fqdn}; write one that the Git servers can connect to.`,
  });
}

/**
 * Receives pushes from Git servers and deploys what was pushed: GitHub, Gitea, Forgejo and Bitbucket sign a push with
 * `secret` (HMAC-SHA256), GitLab sends `secret` as its token, Azure DevOps as its password.
 *
 * It is adnanh/webhook, from Debian's package: it checks signatures before anything runs, rejects requests that do not
 * match, and runs one command without a shell. webhook-go, which supports r10k and g10k itself, checks no signatures,
 * deploys on one server only, and runs as root. To replace it with webhook-go or a different one, configure what
 * `renderHooks` does: the signature check, and the call of `puppet-code-request --push` with the event and the body.
 *
 * HAProxy in front of it, on the same host, terminates TLS and limits the size, duration and number of requests, which
 * webhook cannot. Its certificate is for nothing else: whoever has the main server's own key administers the CA. The
 * webhook runs as its own user, without a shell, which may only
 * request deploys, and can read no key except the one for signatures.
 */
export class Webhook extends pulumi.ComponentResource {
  /** URL that Git servers send pushes to. */
  readonly url: string;
  /** Key of the pushes' signatures; secret. */
  readonly secret: pulumi.Output<string>;

  constructor(name: string, args: WebhookArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:Webhook", name, {}, opts);
    const argsWithDefaults = withDistribution(withDefaults(args, { port: defaults.webhookPort }));
    const { main, distribution, port } = argsWithDefaults;
    this.url = webhookUrl(main, port, args.certificate);
    this.secret = pulumi.secret(args.secret);
    new HostConfiguration(
      `${name}-configuration`,
      {
        host: main,
        distribution,
        state: webhookState(argsWithDefaults, this.secret),
        services: webhookServices,
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}
