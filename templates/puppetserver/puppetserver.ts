import type { Distribution } from "../../distributions/index.js";
import { renderTemplate } from "../render.js";

/** TCP port of Puppet Server, and of the balancer before it. */
export const agentsPort = 8140;

/** Memory and workers of one Puppet Server. */
export interface ServerSizing {
  /** Requests served at the same time, one JRuby interpreter each. */
  jrubies: number;
  /** Heap of the JVM, in MiB. */
  heap: number;
  /** Code cache of the JVM, in MiB. */
  codeCache: number;
}

/** Renders ca.cfg: which of the two CA services a server starts. */
export function renderCaCfg(values: { authority: boolean }): string {
  return renderTemplate(new URL("ca.cfg.eta", import.meta.url), values);
}

/** Renders ca.conf of the main server. */
export function renderCaConf(): string {
  return renderTemplate(new URL("ca.conf.eta", import.meta.url), {});
}

/** Renders the HOCON file with the number of JRubies. */
export function renderSizingConf(values: ServerSizing): string {
  return renderTemplate(new URL("sizing.conf.eta", import.meta.url), values);
}

/**
 * Renders the JAVA_ARGS of a server.
 *
 * @returns the value, without quotes
 */
export function renderJavaArgs(values: ServerSizing): string {
  return [
    `-Xms${String(values.heap)}m`,
    `-Xmx${String(values.heap)}m`,
    `-XX:ReservedCodeCacheSize=${String(values.codeCache)}m`,
    // Clients block on a late TLS 1.3 session ticket until the server's idle time-out: 30 s on every
    // certificate request. Puppet's agents never resume a session, so the server need not offer it.
    "-Djdk.tls.server.newSessionTicketCount=0",
    // As packaged: without it JRuby's messages miss the server's log.
    "-Djruby.logger.class=com.puppetlabs.jruby_utils.jruby.Slf4jLogger",
  ].join(" ");
}

/**
 * Renders the shell command that, on the main server, makes a name free for a new key: it removes a pending
 * request, and revokes and removes a certificate. It succeeds when there is neither.
 *
 * @param certname full name of a host, lower case
 */
export function renderCleanCertificate({ paths }: Distribution, certname: string): string {
  const signed = `${paths.cadir}/signed/${certname}.pem`;
  return `rm -f ${paths.cadir}/requests/${certname}.pem; ! test -e ${signed} || ${paths.puppetserver} ca clean --certname ${certname}`;
}

/**
 * Renders the HOCON file that bounds how long a server waits for others.
 *
 * @param values.requestTimeout seconds without an answer
 */
export function renderHttpClientConf(values: { requestTimeout: number }): string {
  return renderTemplate(new URL("http-client.conf.eta", import.meta.url), values);
}
