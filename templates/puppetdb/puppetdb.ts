import { dump } from "js-yaml";
import { renderTemplate } from "../render.js";

/** TCP port of PuppetDB for Puppet servers. */
export const puppetdbPort = 8081;
/** Read-only TCP port, for people and tools. */
export const readerPort = 8082;
/** Suffix of readers' certificate names, which the autosign policy never signs: an administrator must. */
export const readerSuffix = ".puppetdb-reader";
/** The role in readers' certificates (pp_auth_role). */
export const readerRole = "puppetdb-reader";

/** The same as a line of OpenSSL's configuration. */
export const roleExtension = `1.3.6.1.4.1.34380.1.3.13 = ASN1:UTF8String:${readerRole}`;

/** Renders jetty.ini: the port, its certificate, and which certificates are accepted. */
export function renderJettyIni(values: {
  confdir: string;
  ssldir: string;
  crl: string;
  port: number;
}): string {
  return renderTemplate(new URL("jetty.ini.eta", import.meta.url), values);
}

/** Values of database.ini. */
export interface DatabaseIni {
  /** JDBC address after `jdbc:postgresql:`. */
  subname: string;
  user: string;
  password: string;
  readUser: string;
  readPassword: string;
  /** Maximum number of connections for commands. */
  writeConnections: number;
  /** Maximum number of connections for queries. */
  readConnections: number;
  /** Durations in PuppetDB's format, such as `14d`. */
  nodeTtl: string;
  nodePurgeTtl: string;
  reportTtl: string;
}

/** Renders database.ini; it contains both passwords. */
export function renderDatabaseIni(values: DatabaseIni): string {
  return renderTemplate(new URL("database.ini.eta", import.meta.url), values);
}

/** Renders puppetdb.ini: the allowlist's path, and the workers. */
export function renderPuppetdbIni(values: { allowlist: string; threads: number }): string {
  return renderTemplate(new URL("puppetdb.ini.eta", import.meta.url), values);
}

/**
 * Renders the certificate allowlist. PuppetDB treats each line as a name, so the file cannot contain comments.
 *
 * @param names certificate names that may send commands and queries
 */
export function renderAllowlist(names: readonly string[]): string {
  return names.map((name) => `${name}\n`).join("");
}

/** Renders the script that has PuppetDB accept the servers of its host state alone. */
export function renderDismissServers(values: {
  allowlist: string;
  /** File with the names that stay in it. */
  servers: string;
  service: string;
  /** Script that waits for PuppetDB. */
  awaitScript: string;
}): string {
  return renderTemplate(new URL("dismiss-servers.sh.eta", import.meta.url), values);
}

/** Renders auth.conf of PuppetDB. */
export function renderAuthConf(values: { servers: readonly string[] }): string {
  return renderTemplate(new URL("auth.conf.eta", import.meta.url), { ...values, readerRole });
}

/** Renders puppetdb.conf of a Puppet server. */
export function renderClientConf(values: {
  /** PuppetDBs; the first one that answers is used. */
  serverUrls: readonly string[];
  softWriteFailure: boolean;
}): string {
  return renderTemplate(new URL("client.conf.eta", import.meta.url), values);
}

/**
 * Renders routes.yaml of a Puppet server: facts stay on disk for frequent readers.
 *
 * @param terminus where they go; `json` if they only stay on disk
 */
export function renderRoutes(terminus: string): string {
  const facts = terminus === "json" ? { terminus } : { terminus, cache: "json" };
  return `# Made by pulumi-puppet: change the stack's settings, not this file.\n${dump({ server: { facts } })}`;
}

/** Renders the script that has a changed CRL loaded. */
export function renderCrlApply(values: {
  /** The CRL that was fetched last, and the user who owns its folder. */
  crl: string;
  user: string;
  /** Copy of the CRL that was loaded last. */
  loaded: string;
  service: string;
  /** HAProxy's copy of the CRL. */
  haproxyCrl: string;
  /** Script that reloads HAProxy. */
  haproxyReload: string;
}): string {
  return renderTemplate(new URL("crl-apply.sh.eta", import.meta.url), values);
}

/** Renders the script that waits for PuppetDB. */
export function renderAwait(values: {
  fqdn: string;
  ssldir: string;
  port: number;
  service: string;
  /** File that PuppetDB logs to, and the user who owns its folder. */
  log: string;
  user: string;
  /** Seconds. */
  deadline: number;
}): string {
  return renderTemplate(new URL("await.sh.eta", import.meta.url), values);
}

/** Renders the script that signs a reader's certificate, for Bash on the main server. */
export function renderSignReader(values: {
  certname: string;
  /** The certificate request, PEM. */
  request: string;
  cadir: string;
  /** User that owns the CA's folder. */
  user: string;
  /** Shell command that revokes and removes a certificate of that name. */
  remove: string;
  /** Days the certificate is valid. */
  days: number;
}): string {
  return renderTemplate(new URL("sign-reader.sh.eta", import.meta.url), {
    ...values,
    roleExtension,
  });
}
