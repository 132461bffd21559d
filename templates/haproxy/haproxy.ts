import { readFileSync } from "node:fs";
import { inUrl } from "../addresses.js";
import { poolPort } from "../compiler-pool/compiler-pool.js";
import { agentsPort } from "../puppetserver/puppetserver.js";
import { renderTemplate } from "../render.js";

/** Values of the haproxy.cfg of the compilers' load balancer. */
export interface HaproxyConf {
  /** The name that agents connect to, which is in every compiler's certificate. */
  serverName: string;
  /** File with the certificates of the CA that issues the compilers' certificates. */
  caFile: string;
  /** File with the CRLs of that CA and of the one above it. */
  crlFile: string;
  /** Seconds that a connection may be silent: at least as long as the longest catalog compilation. */
  compileTimeout: number;
  /** Whether it also listens on IPv6 addresses. */
  ipv6: boolean;
  /** The compilers. */
  members: readonly { name: string; address: string }[];
  /** The statistics page; its certificate's key is next to it, with `.key` appended. */
  stats: { port: number; certificate: string; user: string; password: string };
}

/** Where a reload keeps what the checks found, until the new process has read it: in a folder of root's alone. */
export const stateFile = "/var/lib/pulumi-puppet/haproxy-servers";

/** Its content at all other times: the version of its format, without which HAProxy complains. */
export const noState = "1";

/** Renders the drop-in for HAProxy's unit by which a restart goes on with what the checks found. Needs socat. */
export const renderHaproxyState = () =>
  renderTemplate(new URL("state.conf.eta", import.meta.url), { stateFile, noState });

/** Renders haproxy.cfg; comments in the file give the reasons. */
export function renderHaproxyConf(values: HaproxyConf): string {
  return renderTemplate(new URL("haproxy.cfg.eta", import.meta.url), {
    ...values,
    members: values.members.map(({ name, address }) => ({ name, address: inUrl(address) })),
    port: agentsPort,
    answerPort: poolPort,
    listen: listenOn(agentsPort, values.ipv6),
    statsListen: listenOn(values.stats.port, values.ipv6),
    stateFile,
    frozenFile,
    tls: tlsLines(),
  });
}

/** Where the Lua script is that ends the connections of compilers that are frozen. */
export const frozenFile = "/etc/haproxy/puppet-frozen.lua";

/** The script at {@link frozenFile}. */
export const renderFrozen = () => part("frozen.lua") + "\n";

/**
 * What a `bind` line begins with to listen on a TCP port. IPv6 has sockets of its own, so that clients of IPv4 keep their
 * addresses as they are.
 */
export const listenOn = (port: number, ipv6: boolean) =>
  ipv6 ? `:${String(port)},:::${String(port)} v6only` : `:${String(port)}`;

/** The script that reloads HAProxy and fails if HAProxy continues with its old configuration. Needs socat. */
export function renderHaproxyReload(): string {
  return renderTemplate(new URL("reload.sh.eta", import.meta.url), { stateFile, noState });
}

/**
 * Renders the script that waits until no connection leads to a compiler that has left the pool, for the load balancer's
 * host; to be run as root.
 *
 * @param values.deadline seconds after which it waits no longer
 * @param values.members the compilers that are in the pool
 */
export function renderDrained(values: {
  deadline: number;
  members: readonly { name: string; address: string }[];
}): string {
  return renderTemplate(new URL("drained.sh.eta", import.meta.url), {
    ...values,
    port: agentsPort,
    answerPort: poolPort,
  });
}

const part = (file: string) => readFileSync(new URL(file, import.meta.url), "utf8").trimEnd();

/** Lines of the section `global` of every haproxy.cfg that terminates TLS: what it accepts. */
export const tlsLines = () => part("tls.cfg");

/**
 * Beginnings of the sections `global` and `defaults` of a haproxy.cfg that terminates HTTPS for a service on the same
 * host. What depends on the service, such as how long it may take to answer, follows in its own template.
 */
export function localSections(): { global: string; defaults: string } {
  return {
    global: `${part("local-global.cfg")}\n${tlsLines()}`,
    defaults: part("local-defaults.cfg"),
  };
}

/**
 * Renders the systemd unit of a HAProxy beside the system's, which may be in front of a different service.
 *
 * @param values.folder folder of its haproxy.cfg
 */
export function renderHaproxyUnit(values: { description: string; folder: string }): string {
  return renderTemplate(new URL("unit.service.eta", import.meta.url), values);
}

/** Values of the haproxy.cfg in front of a PuppetDB, for read-only access. */
export interface ReadersConf {
  /** FQDN of PuppetDB's host, as in its certificate. */
  fqdn: string;
  /** The read-only TCP port. */
  port: number;
  /** Whether it also listens on IPv6 addresses. */
  ipv6: boolean;
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
    listen: listenOn(values.port, values.ipv6),
    ...localSections(),
  });
}
