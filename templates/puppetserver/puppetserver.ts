import { renderTemplate } from "../render.js";

/** TCP port of Puppet Server, and of the load balancer in front of it. */
export const agentsPort = 8140;

/**
 * Where the main server keeps whose its CA is: on the CA's volume, if it has one, but where the CA's user cannot write.
 */
export const ownershipFolder = "/var/lib/pulumi-puppet/authority";

/** Memory and workers of a Puppet Server. */
export interface ServerSizing {
  /** Requests served at the same time, one JRuby interpreter each. */
  jrubies: number;
  /** Heap of the JVM, in MiB. */
  heap: number;
  /** Code cache of the JVM, in MiB. */
  codeCache: number;
}

/** When a Puppet Server has agents come back later, instead of having their requests wait. */
export interface QueueLimits {
  /** Requests that may wait for a JRuby; with 0, any number may. */
  maxQueuedRequests: number;
  /** Seconds after which an agent comes back at the latest. */
  maxRetryDelay: number;
}

/** Renders ca.cfg, which enables or disables the CA service. */
export function renderCaCfg(values: { authority: boolean }): string {
  return renderTemplate(new URL("ca.cfg.eta", import.meta.url), values);
}

/** Renders the main server's ca.conf. */
export function renderCaConf(): string {
  return renderTemplate(new URL("ca.conf.eta", import.meta.url), {});
}

/** Renders the HOCON file that sets the number of JRubies and, if there are any, the limits of what waits for them. */
export function renderSizingConf(values: ServerSizing & Partial<QueueLimits>): string {
  return renderTemplate(new URL("sizing.conf.eta", import.meta.url), values);
}

/** Renders the drop-in for the service's systemd unit that lets it read file names in UTF-8. */
export function renderLocale(): string {
  return renderTemplate(new URL("locale.conf.eta", import.meta.url), {});
}

/**
 * Renders a server's JAVA_ARGS.
 *
 * @returns the value, without quotes
 */
export function renderJavaArgs(values: ServerSizing): string {
  return [
    `-Xms${String(values.heap)}m`,
    `-Xmx${String(values.heap)}m`,
    `-XX:ReservedCodeCacheSize=${String(values.codeCache)}m`,
    // Clients block on a late TLS 1.3 session ticket until the server's idle timeout: 30 s on every certificate
    // request. Puppet's agents never resume a session, so the server need not offer it.
    "-Djdk.tls.server.newSessionTicketCount=0",
    // As packaged: without it, JRuby's messages are missing from the server's log.
    "-Djruby.logger.class=com.puppetlabs.jruby_utils.jruby.Slf4jLogger",
  ].join(" ");
}

/**
 * Renders the shell script that fails if the main server has a CA of another stack. Its arguments are the stack's id,
 * the SHA-256 of the file with the agents' key, and words that name the stack.
 *
 * @param values.agentKey file with the agents' key, which earlier versions wrote instead of an id
 * @param values.user the CA's user
 */
export function renderOwnership(values: {
  cadir: string;
  ssldir: string;
  agentKey: string;
  user: string;
}): string {
  return renderTemplate(new URL("ownership.sh.eta", import.meta.url), {
    ...values,
    folder: ownershipFolder,
  });
}

/**
 * Renders the HOCON file that limits how long a server waits for other services.
 *
 * @param values.requestTimeout seconds without an answer
 */
export function renderHttpClientConf(values: { requestTimeout: number }): string {
  return renderTemplate(new URL("http-client.conf.eta", import.meta.url), values);
}
