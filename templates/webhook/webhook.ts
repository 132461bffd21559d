import { dump } from "js-yaml";
import { enrolProgram } from "../autosign/autosign.js";
import { listenOn, renderHaproxyUnit, tlsLines } from "../haproxy/haproxy.js";
import { renderTemplate } from "../render.js";

/** Folder of the webhook's configuration. */
export const webhookFolder = "/etc/puppet-webhook";
/** User that the webhook runs as. */
export const webhookUser = "puppet-webhook";
/** Path of the webhook's URL. */
export const webhookPath = "/hooks/code";
/** Path for the control repository on the same host: HAProxy forwards nobody to it. */
export const localWebhookPath = "/hooks/control";
/** User of Azure DevOps' basic authentication. */
const azureUser = "azure";
/** Maximum size of a request's body in bytes: enough for a push of a thousand commits. */
export const webhookLimit = 2 * 1024 * 1024;

/** Seconds until the webhook answers, whether or not the deploy is finished: Gitea and Forgejo give up after 5. */
const answerWithin = 4;
/** Seconds of them that the command may wait for the result; the rest is for everything else on a busy host. */
const commandWait = 3;
/** The same for whoever pushes to the control repository on this host, and waits for the result. */
const localWait = 50;

/**
 * Renders hooks.yaml: what is required of a request before anything runs, and what runs.
 *
 * The secret is the key for GitHub's, Gitea's and Bitbucket's signatures of the body, GitLab's token, and Azure DevOps'
 * password, which signs nothing.
 *
 * @param values.command path of the command that requests a deploy
 */
export function renderHooks(values: { secret: string; command: string }): string {
  const { secret, command } = values;
  const header = (name: string) => ({ source: "header", name });
  const signature = (name: string) => ({
    match: { type: "payload-hmac-sha256", secret, parameter: header(name) },
  });
  const value = (name: string, value: string) => ({
    match: { type: "value", value, parameter: header(name) },
  });
  const basic = Buffer.from(`${azureUser}:${secret}`).toString("base64");
  const hook = (path: string, wait: number) => ({
    id: path.split("/").at(-1),
    "http-methods": ["POST"],
    "execute-command": command,
    "pass-arguments-to-command": ["--push", "--wait", String(wait)].map((name) => ({
      source: "string",
      name,
    })),
    // In the environment and in a file: nothing from a request is on a command line.
    "pass-environment-to-command": [
      { ...header("X-Gitea-Event"), envname: "GITEA_EVENT" },
      { ...header("X-GitHub-Event"), envname: "GITHUB_EVENT" },
      { ...header("X-Gitlab-Event"), envname: "GITLAB_EVENT" },
      { ...header("X-Event-Key"), envname: "BITBUCKET_EVENT" },
    ],
    "pass-file-to-command": [{ source: "entire-payload", envname: "PUSH_PAYLOAD" }],
    "include-command-output-in-response": true,
    "include-command-output-in-response-on-error": true,
    "trigger-rule": {
      or: [
        signature("X-Hub-Signature-256"),
        // Bitbucket's; the SHA-1 that others send in this header is not accepted.
        signature("X-Hub-Signature"),
        value("X-Gitlab-Token", secret),
        value("Authorization", `Basic ${basic}`),
      ],
    },
    // An invalid signature is a rule that does not match, not a server error.
    "trigger-signature-soft-failures": true,
    "trigger-rule-mismatch-http-response-code": 403,
  });
  const hooks = dump([hook(webhookPath, commandWait), hook(localWebhookPath, localWait)], {
    lineWidth: -1,
  });
  return `# Made by pulumi-puppet: change the stack's settings, not this file.\n${hooks}`;
}

/** Renders the configuration of HAProxy in front of the webhook: TLS, and only requests of a sane size. */
export function renderWebhookProxy(values: {
  port: number;
  /** Whether it also listens on IPv6 addresses. */
  ipv6: boolean;
  backendPort: number;
  certificate: string;
}): string {
  return renderTemplate(new URL("haproxy.cfg.eta", import.meta.url), {
    ...values,
    listen: listenOn(values.port, values.ipv6),
    path: webhookPath,
    limit: webhookLimit,
    answerWithin,
    tls: tlsLines(),
  });
}

/** Certificate name of the webhook of a main server; it is only for its TLS, and no server trusts it. */
export const webhookCertname = (fqdn: string) => `webhook.${fqdn}`;

/**
 * Renders the script that gets the webhook a certificate from the CA on the same host.
 *
 * @param values.fqdn the main server's name, which Git servers connect to
 * @param values.certificate path of the certificate; the key's has `.key` appended
 * @param values.user user of the CA
 */
export function renderWebhookCertificate(values: {
  fqdn: string;
  certificate: string;
  puppet: string;
  cadir: string;
  user: string;
}): string {
  return renderTemplate(new URL("certificate.sh.eta", import.meta.url), {
    ...values,
    certname: webhookCertname(values.fqdn),
    enrolProgram,
  });
}

/** Renders the webhook's systemd unit. */
export function renderWebhookService(values: { backendPort: number; requests: string }): string {
  return renderTemplate(new URL("webhook.service.eta", import.meta.url), {
    ...values,
    user: webhookUser,
    folder: webhookFolder,
  });
}

/** Renders the systemd unit of HAProxy in front of the webhook. */
export function renderWebhookProxyService(): string {
  return renderHaproxyUnit({ description: "TLS for the webhook", folder: webhookFolder });
}
