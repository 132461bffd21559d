import { dirname } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import {
  directoryOf,
  execOf,
  fileOf,
  packageOf,
  serviceOf,
  systemUserOf,
  unitOf,
  type HostState,
} from "../../hosts/host-state.js";
import { startsAgain } from "../../hosts/starts-again.js";
import {
  requestGroup,
  requestScript,
  requestsFolder,
} from "../../templates/code-deployment/code-deployment.js";
import {
  renderHooks,
  renderWebhookCertificate,
  renderWebhookProxy,
  renderWebhookProxyService,
  renderWebhookService,
  webhookFolder,
  webhookUser,
} from "../../templates/webhook/webhook.js";
import type { WithDistribution } from "../arguments.js";
import { haproxyConf } from "../haproxy/state.js";
import type { WebhookArgs } from "./args.js";

const service = "puppet-webhook.service";
const proxyService = "puppet-webhook-proxy.service";

/** The webhook's services, in the order in which they stop. */
export const webhookServices = [proxyService, service];

/** TCP port of the webhook itself, on the loopback address only. */
export const webhookBackendPort = (port: number) => port + 1;

const certificate = `${webhookFolder}/tls/host.pem`;
const certificateScript = "/usr/local/sbin/puppet-webhook-certificate";

/** The webhook, with HAProxy in front of it in its own unit: the system's HAProxy may be in front of PuppetDB. */
export function webhookState(
  args: WithDistribution<WebhookArgs> & { port: number },
  secret: pulumi.Output<string>,
): HostState {
  const { port, main } = args;
  const backendPort = webhookBackendPort(port);
  const readableByWebhook = { group: webhookUser, mode: "0640" };
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
      { ...readableByWebhook, sensitive: true, notify },
    ),
    ...unitOf(service, renderWebhookService({ backendPort, requests: requestsFolder }), {
      notify,
    }),
    ...startsAgain(service),
    serviceOf(service),
    directoryOf(dirname(certificate), { mode: "0700" }),
    ...certificateState(args, notifyProxy),
    haproxyConf(
      `${webhookFolder}/haproxy.cfg`,
      renderWebhookProxy({ port, ipv6: main.ipv6 ?? false, backendPort, certificate }),
      { notify: notifyProxy },
    ),
    ...unitOf(proxyService, renderWebhookProxyService(), { notify: notifyProxy }),
    ...startsAgain(proxyService),
    serviceOf(proxyService, { ports: [port] }),
  ];
}

/** The certificate of the webhook's HTTPS, and its key: the given ones, or else one of the environment's CA. */
function certificateState(args: WithDistribution<WebhookArgs>, notify: string): HostState {
  const { main, privateKey } = args;
  const { paths, users } = args.distribution;
  if (args.certificate !== undefined && privateKey !== undefined) {
    return [
      fileOf(certificate, args.certificate, { notify }),
      fileOf(`${certificate}.key`, pulumi.secret(privateKey), {
        mode: "0600",
        notify,
        sensitive: true,
      }),
    ];
  }
  const script = renderWebhookCertificate({
    fqdn: main.fqdn,
    certificate,
    puppet: paths.puppet,
    cadir: paths.cadir,
    user: users.puppet,
  });
  return [
    fileOf(certificateScript, script, { mode: "0755" }),
    execOf("the webhook's certificate", certificateScript, {
      unless: `${certificateScript} --check`,
      notify,
    }),
  ];
}
