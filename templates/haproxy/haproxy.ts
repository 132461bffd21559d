import { readFileSync } from "node:fs";
import { agentsPort } from "../puppetserver/puppetserver.js";
import { renderTemplate } from "../render.js";

/** Values of a haproxy.cfg that balances compilers. */
export interface HaproxyConf {
  /** The name agents connect to; every compiler's certificate carries it. */
  serverName: string;
  /** File with the certificates of the CA that signs the compilers' certificates. */
  caFile: string;
  /** Seconds a connection may be silent; the longest catalog compilation must fit. */
  compileTimeout: number;
  /** The compilers. */
  members: readonly { name: string; address: string }[];
  /** TCP port on which members tell whether their code is the newest; without it they are not asked. */
  agentPort?: number | undefined;
  /** The statistics page. */
  stats: { port: number; user: string; password: string };
}

/** Renders haproxy.cfg; the reasons stand as comments in the file. */
export function renderHaproxyConf(values: HaproxyConf): string {
  return renderTemplate(new URL("haproxy.cfg.eta", import.meta.url), {
    ...values,
    port: agentsPort,
  });
}

/** The script that reloads HAProxy and fails when it goes on with its old configuration. Needs socat. */
export function renderHaproxyReload(): string {
  return readFileSync(new URL("reload.sh", import.meta.url), "utf8");
}

/**
 * Beginnings of the sections `global` and `defaults` of a haproxy.cfg that ends HTTPS for a service of the same host. What
 * depends on the service, such as how long it may take to answer, follows in its own template.
 */
export function localSections(): { global: string; defaults: string } {
  const section = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8").trimEnd();
  return { global: section("local-global.cfg"), defaults: section("local-defaults.cfg") };
}

/** Values of a haproxy.cfg before a PuppetDB, for those who only read. */
export interface ReadersConf {
  /** Full name of PuppetDB's host, as in its certificate. */
  fqdn: string;
  /** TCP port for readers. */
  port: number;
  /** TCP port of PuppetDB on the same host. */
  puppetdbPort: number;
  /** The host's certificate; its key is beside it, with the ending `.key`. */
  certificate: string;
  caFile: string;
  crlFile: string;
  /** Ending of the names in readers' certificates. */
  suffix: string;
  /** Names in certificates of hosts that read as well. */
  readers: readonly string[];
}

/** Renders the haproxy.cfg of a PuppetDB's host. */
export function renderReadersConf(values: ReadersConf): string {
  return renderTemplate(new URL("readers.cfg.eta", import.meta.url), {
    ...values,
    ...localSections(),
  });
}
