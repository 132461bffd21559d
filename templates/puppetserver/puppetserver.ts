import type { Distribution } from "../../distributions/index.js";
import { renderTemplate } from "../render.js";

/** TCP port of Puppet Server, and of the load balancer in front of it. */
export const agentsPort = 8140;

/** Memory and workers of a Puppet Server. */
export interface ServerSizing {
  /** Requests served at the same time, one JRuby interpreter each. */
  jrubies: number;
  /** Heap of the JVM, in MiB. */
  heap: number;
  /** Code cache of the JVM, in MiB. */
  codeCache: number;
}

/** Renders ca.cfg, which enables or disables the CA service. */
export function renderCaCfg(values: { authority: boolean }): string {
  return renderTemplate(new URL("ca.cfg.eta", import.meta.url), values);
}

/** Renders the main server's ca.conf. */
export function renderCaConf(): string {
  return renderTemplate(new URL("ca.conf.eta", import.meta.url), {});
}

/** Renders the HOCON file that sets the number of JRubies. */
export function renderSizingConf(values: ServerSizing): string {
  return renderTemplate(new URL("sizing.conf.eta", import.meta.url), values);
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
 * Renders the shell command that frees a name for a new key on the main server: it removes a pending request, and
 * revokes and removes a certificate. It succeeds if there is neither.
 *
 * @param certname FQDN of a host, lower case
 */
export function renderCleanCertificate({ paths }: Distribution, certname: string): string {
  const signed = `${paths.cadir}/signed/${certname}.pem`;
  return `rm -f ${paths.cadir}/requests/${certname}.pem; ! test -e ${signed} || ${paths.puppetserver} ca clean --certname ${certname}`;
}

/**
 * Renders the HOCON file that limits how long a server waits for other services.
 *
 * @param values.requestTimeout seconds without an answer
 */
export function renderHttpClientConf(values: { requestTimeout: number }): string {
  return renderTemplate(new URL("http-client.conf.eta", import.meta.url), values);
}
