import type * as pulumi from "@pulumi/pulumi";
import {
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
  webhookUser,
} from "../../templates/webhook/webhook.js";
import type { WithDistribution } from "../arguments.js";
import { certificateCopies, haproxyConf } from "../haproxy/state.js";
import type { WebhookArgs } from "./args.js";

const service = "puppet-webhook.service";
const proxyService = "puppet-webhook-proxy.service";

/** The webhook's services, in the order in which they stop. */
export const webhookServices = [proxyService, service];

/** The webhook, with HAProxy in front of it in its own unit: the system's HAProxy may be in front of PuppetDB. */
export function webhookState(
  { main, distribution, port }: WithDistribution<WebhookArgs> & { port: number },
  secret: pulumi.Output<string>,
): HostState {
  const backendPort = port + 1;
  const certificate = `${webhookFolder}/tls/host.pem`;
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
    ...unitOf(
      service,
      renderWebhookService({ backendPort, requests: `${codeDataFolder}/requests` }),
      {
        notify,
      },
    ),
    serviceOf(service),
    ...certificateCopies(certificate, main.fqdn, distribution, notifyProxy),
    haproxyConf(
      `${webhookFolder}/haproxy.cfg`,
      renderWebhookProxy({ port, backendPort, certificate }),
      { notify: notifyProxy },
    ),
    ...unitOf(proxyService, renderWebhookProxyService(), { notify: notifyProxy }),
    serviceOf(proxyService),
  ];
}
