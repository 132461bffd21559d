import { readFileSync } from "node:fs";
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
  /** The statistics page. */
  stats: { port: number; user: string; password: string };
}

/** Renders haproxy.cfg; the reasons stand as comments in the file. */
export function renderHaproxyConf(values: HaproxyConf): string {
  return renderTemplate(new URL("haproxy.cfg.eta", import.meta.url), values);
}

/** The script that reloads HAProxy and fails when it goes on with its old configuration. Needs socat. */
export function renderHaproxyReload(): string {
  return readFileSync(new URL("reload.sh", import.meta.url), "utf8");
}
