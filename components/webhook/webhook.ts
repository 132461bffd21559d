import * as pulumi from "@pulumi/pulumi";
import { HostConfiguration } from "../../hosts/host-configuration.js";
import type { HostArgs } from "../../hosts/host.js";
import { webhookPath } from "../../templates/webhook/webhook.js";
import { withDefaults, withDistribution } from "../arguments.js";
import { defaults } from "../defaults.js";
import type { WebhookArgs } from "./args.js";
import { webhookServices, webhookState } from "./state.js";

/** Where Git servers send pushes to the webhook of a main server. */
export const webhookUrl = (main: HostArgs, port: number) =>
  `https://${main.fqdn}:${String(port)}${webhookPath}`;

/**
 * Receives pushes from Git servers, and has what was pushed deployed: GitHub, Gitea, Forgejo and Bitbucket sign it
 * with `secret` (HMAC-SHA256), GitLab sends it as its token.
 *
 * It is adnanh/webhook, in Debian's package: it checks signatures before anything runs, knows when a request does not
 * match, and runs one command without a shell. webhook-go, which knows r10k and g10k by itself, checks no signature,
 * deploys on one server only, and runs as root. To put it or another in its place, give it what `renderHooks` has:
 * the check of the signature, and the call of `puppet-code-request --push` with the event and the body.
 *
 * HAProxy stands before it on the same host, for TLS with the host's certificate and for the limits of a request's
 * size, time and number, which webhook has not. The webhook runs as a user of its own, without a shell, who may ask for a
 * deploy and no more, and reads no key but the one of the signatures.
 */
export class Webhook extends pulumi.ComponentResource {
  /** Where Git servers send pushes. */
  readonly url: string;
  /** The key of their signatures; secret. */
  readonly secret: pulumi.Output<string>;

  constructor(name: string, args: WebhookArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:Webhook", name, {}, opts);
    const argsWithDefaults = withDistribution(withDefaults(args, { port: defaults.webhookPort }));
    const { main, distribution, port } = argsWithDefaults;
    this.url = webhookUrl(main, port);
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
