import { readFileSync } from "node:fs";
import { agentsPort } from "../puppetserver/puppetserver.js";
import { renderTemplate } from "../render.js";

/** Values of the haproxy.cfg of the compilers' load balancer. */
export interface HaproxyConf {
  /** The name that agents connect to, which is in every compiler's certificate. */
  serverName: string;
  /** File with the certificates of the CA that issues the compilers' certificates. */
  caFile: string;
  /** Seconds that a connection may be silent: at least as long as the longest catalog compilation. */
  compileTimeout: number;
  /** The compilers. */
  members: readonly { name: string; address: string }[];
  /** TCP port on which members report whether their code is the latest; without it, this is not checked. */
  agentPort?: number | undefined;
  /** The statistics page. */
  stats: { port: number; user: string; password: string };
}

/** Renders haproxy.cfg; comments in the file give the reasons. */
export function renderHaproxyConf(values: HaproxyConf): string {
  return renderTemplate(new URL("haproxy.cfg.eta", import.meta.url), {
    ...values,
    port: agentsPort,
  });
}

/** The script that reloads HAProxy and fails if HAProxy continues with its old configuration. Needs socat. */
export function renderHaproxyReload(): string {
  return readFileSync(new URL("reload.sh", import.meta.url), "utf8");
}

/**
 * Beginnings of the sections `global` and `defaults` of a haproxy.cfg that terminates HTTPS for a service on the same
 * host. What depends on the service, such as how long it may take to answer, follows in its own template.
 */
export function localSections(): { global: string; defaults: string } {
  const section = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8").trimEnd();
  return { global: section("local-global.cfg"), defaults: section("local-defaults.cfg") };
}

/** Values of the haproxy.cfg in front of a PuppetDB, for read-only access. */
export interface ReadersConf {
  /** FQDN of PuppetDB's host, as in its certificate. */
  fqdn: string;
  /** The read-only TCP port. */
  port: number;
  /** TCP port of PuppetDB on the same host. */
  puppetdbPort: number;
  /** The host's certificate; its key is next to it, with `.key` appended. */
  certificate: string;
  caFile: string;
  crlFile: string;
  /** Suffix of the names in readers' certificates. */
  suffix: string;
  /** Names in the certificates of hosts that may read as well. */
  readers: readonly string[];
}

/** Renders the haproxy.cfg of PuppetDB's host. */
export function renderReadersConf(values: ReadersConf): string {
  return renderTemplate(new URL("readers.cfg.eta", import.meta.url), {
    ...values,
    ...localSections(),
  });
}
