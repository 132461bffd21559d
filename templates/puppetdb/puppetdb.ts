import { dump } from "js-yaml";
import { renderTemplate } from "../render.js";

/** TCP port of PuppetDB for Puppet servers. */
export const puppetdbPort = 8081;
/** TCP port for people and tools that only read. */
export const readerPort = 8082;
/** Ending of readers' certificate names: the autosign policy signs none, so that an administrator has to. */
export const readerSuffix = ".puppetdb-reader";
/** The role in readers' certificates (pp_auth_role). */
export const readerRole = "puppetdb-reader";

/** Renders jetty.ini: the port, its certificate, and who may connect. */
export function renderJettyIni(values: {
  confdir: string;
  ssldir: string;
  crl: string;
  port: number;
}): string {
  return renderTemplate(new URL("jetty.ini.eta", import.meta.url), values);
}

/** Values of a database.ini. */
export interface DatabaseIni {
  /** JDBC address after `jdbc:postgresql:`. */
  subname: string;
  user: string;
  password: string;
  readUser: string;
  readPassword: string;
  /** Largest number of connections for commands. */
  writeConnections: number;
  /** Largest number of connections for queries. */
  readConnections: number;
  /** Durations in PuppetDB's words, such as `14d`. */
  nodeTtl: string;
  nodePurgeTtl: string;
  reportTtl: string;
}

/** Renders database.ini; it holds both passwords. */
export function renderDatabaseIni(values: DatabaseIni): string {
  return renderTemplate(new URL("database.ini.eta", import.meta.url), values);
}

/** Renders puppetdb.ini: the allowlist's path, and the workers. */
export function renderPuppetdbIni(values: { allowlist: string; threads: number }): string {
  return renderTemplate(new URL("puppetdb.ini.eta", import.meta.url), values);
}

/**
 * Renders the certificate allowlist. PuppetDB takes each line for a name: there are no comments in it.
 *
 * @param names certificate names that may send commands and queries
 */
export function renderAllowlist(names: readonly string[]): string {
  return names.map((name) => `${name}\n`).join("");
}

/** Renders auth.conf of PuppetDB. */
export function renderAuthConf(values: { servers: readonly string[] }): string {
  return renderTemplate(new URL("auth.conf.eta", import.meta.url), { ...values, readerRole });
}

/** Renders puppetdb.conf of a Puppet server. */
export function renderClientConf(values: {
  /** PuppetDBs, the first that answers is used. */
  serverUrls: readonly string[];
  softWriteFailure: boolean;
}): string {
  return renderTemplate(new URL("client.conf.eta", import.meta.url), values);
}

/** Renders routes.yaml of a Puppet server: facts go to PuppetDB, and stay on disk for those who ask for them often. */
export function renderRoutes(values: { puppetdb: boolean }): string {
  const facts = values.puppetdb ? { terminus: "puppetdb", cache: "json" } : { terminus: "json" };
  return `# Made by pulumi-puppet: change the stack's settings, not this file.\n${dump({ server: { facts } })}`;
}

/** Renders the script that has a changed revocation list loaded. */
export function renderCrlApply(values: {
  /** The list as it was fetched. */
  crl: string;
  /** Copy of the list that was loaded last. */
  loaded: string;
  service: string;
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
  /** File that PuppetDB logs to. */
  log: string;
  /** Seconds. */
  deadline: number;
}): string {
  return renderTemplate(new URL("await.sh.eta", import.meta.url), values);
}

/** Renders the script that has a reader's certificate signed, for Bash on the main server. */
export function renderSignReader(values: {
  certname: string;
  /** The certificate request, PEM. */
  request: string;
  cadir: string;
  puppetserver: string;
  user: string;
  /** Shell command that makes the name free. */
  clean: string;
  /** Days the certificate is valid. */
  days: number;
}): string {
  return renderTemplate(new URL("sign-reader.sh.eta", import.meta.url), values);
}
