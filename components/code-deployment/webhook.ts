import * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import { HostConfiguration } from "../../hosts/host-configuration.js";
import type { HostArgs } from "../../hosts/host.js";
import {
  copyOf,
  directoryOf,
  fileOf,
  packageOf,
  serviceOf,
  systemUserOf,
  unitOf,
  type HostState,
} from "../../hosts/host-state.js";
import {
  codeDataFolder,
  requestGroup,
  requestScript,
} from "../../templates/code-deployment/code-deployment.js";
import {
  renderHooks,
  renderWebhookProxy,
  renderWebhookProxyService,
  renderWebhookService,
  webhookFolder,
  webhookPath,
  webhookUser,
} from "../../templates/webhook/webhook.js";
import { withDistribution, withDefaults, type WithDistribution } from "../arguments.js";
import { defaults } from "../defaults.js";

/** What a {@link Webhook} takes. */
export interface WebhookArgs {
  /** The main server, where code is deployed from. */
  main: HostArgs;
  /** Where the packages of Puppet come from; Debian's own by default. */
  distribution?: DistributionName;
  /** TCP port it listens on, 9000 by default; the one after it is taken as well, on the loopback address. */
  port?: number;
  /** Key of the signatures, 16 or more letters and digits. */
  secret: pulumi.Input<string>;
}

/** Where Git servers send pushes to the webhook of a main server. */
export const webhookUrl = (main: HostArgs, port: number) =>
  `https://${main.fqdn}:${String(port)}${webhookPath}`;

const service = "puppet-webhook.service";
const proxyService = "puppet-webhook-proxy.service";

/**
 * Takes Git servers' word of pushes, and has what was pushed deployed: GitHub, Gitea, Forgejo and Bitbucket sign it
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
    const given = withDistribution(withDefaults(args, { port: defaults.webhookPort }));
    const { main, distribution, port } = given;
    this.url = webhookUrl(main, port);
    this.secret = pulumi.secret(args.secret);
    new HostConfiguration(
      `${name}-configuration`,
      {
        host: main,
        distribution,
        state: webhookState(given, this.secret),
        services: [proxyService, service],
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}

function webhookState(
  { main, distribution, port }: WithDistribution<WebhookArgs> & { port: number },
  secret: pulumi.Output<string>,
): HostState {
  const { ssldir } = distribution.paths;
  const backendPort = port + 1;
  const tls = `${webhookFolder}/tls`;
  const certificate = `${tls}/host.pem`;
  const ours = { group: webhookUser, mode: "0640" };
  const notify = `Service[${service}]`;
  const notifyProxy = `Service[${proxyService}]`;
  return [
    packageOf("webhook"),
    packageOf("haproxy"),
    systemUserOf(webhookUser, { groups: [requestGroup] }),
    directoryOf(webhookFolder),
    fileOf(
      `${webhookFolder}/hooks.yaml`,
      secret.apply((secret) => renderHooks({ secret, command: requestScript })),
      { ...ours, sensitive: true, notify },
    ),
    ...unitOf(
      service,
      renderWebhookService({ backendPort, requests: `${codeDataFolder}/requests` }),
      {
        notify,
      },
    ),
    serviceOf(service),
    directoryOf(tls, { mode: "0700" }),
    copyOf(certificate, `${ssldir}/certs/${main.fqdn}.pem`, { notify: notifyProxy }),
    // Root's: it is also the key that administers the CA.
    copyOf(`${certificate}.key`, `${ssldir}/private_keys/${main.fqdn}.pem`, {
      mode: "0600",
      notify: notifyProxy,
    }),
    fileOf(`${webhookFolder}/haproxy.cfg`, renderWebhookProxy({ port, backendPort, certificate }), {
      validate_cmd: "/usr/sbin/haproxy -c -f %",
      notify: notifyProxy,
    }),
    ...unitOf(proxyService, renderWebhookProxyService(), { notify: notifyProxy }),
    serviceOf(proxyService),
  ];
}
