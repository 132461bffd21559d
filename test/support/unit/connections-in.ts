import type { Settings } from "../../../settings/settings.js";
import { addressOf, stateOf } from "../infrastructure.js";
import type { Registration } from "../registrations.js";

/** Connections in the hosts' configuration. */
export interface ConnectionsIn {
  /** `PARTY PORT` of everything that listens for other hosts. */
  listening: string[];
  /** `PARTY PARTY PORT` of everything that a host is configured to connect to. */
  dialling: string[];
}

/** A listening port, with the address it is bound to, if any. */
const listeners = [
  /^\s*bind (?<address>[\d.]*):(?<port>\d+)/gm,
  /^(?:ssl-)?port = (?<port>\d+)/gm,
  /^ListenStream=(?:(?<address>[\d.]+):)?(?<port>\d+)$/gm,
  / -ip (?<address>[\d.]+) -port (?<port>\d+)/g,
];

/** A host and port that something connects to. */
const targets = [
  /(?<scheme>https?|ssh):\/\/(?:[^\s"/@]+@)?(?<host>[a-z0-9.-]+)(?::(?<port>\d+))?(?=[/\s",]|$)/g,
  /^\s*server \S+ (?<host>[\d.]+):(?<port>\d+)/gm,
  /(?<scheme>ssh): ?[a-z0-9_-]+@(?<host>[a-z0-9.-]+):/g,
  /^ {2}db_host: (?<host>[a-z0-9.-]+)\n {2}db_port: (?<port>\d+)/gm,
  /^subname = \/\/(?<host>[a-z0-9.-]+):(?<port>\d+)\//gm,
];

const usualPorts: Readonly<Record<string, string>> = { ssh: "22", http: "80", https: "443" };

/** Reads the configuration of all hosts for ports that they listen on or connect to. */
export function connectionsIn(
  registrations: readonly Registration[],
  settings: Settings,
): ConnectionsIn {
  const listening = new Set<string>();
  const dialling = new Set<string>();
  const { hosts, domain } = settings;
  const parties = new Map<string, string>();
  const name = (short: string, party: string) => {
    for (const host of [short, `${short}.${domain}`, addressOf(short)]) parties.set(host, party);
  };
  name(hosts.main, "main");
  name("balancer", "loadBalancer");
  if (hosts.puppetdb !== undefined) name(hosts.puppetdb, "puppetdb");
  if (hosts.hdm !== undefined) name(hosts.hdm, "hdm");
  if (hosts.foreman !== undefined) name(hosts.foreman, "foreman");
  for (const compiler of hosts.compilers) name(compiler, "compiler");
  parties.set(settings.caServer, "main");
  parties.set(settings.puppetServer, "loadBalancer");

  const { proxy, noProxy, sources, credentials } = settings.codeDeployment;
  const repositories = [
    ...Object.values(sources).map(({ remote }) => remote),
    ...Object.values(credentials).map(({ url }) => url),
  ];
  // Nothing else connects to what the proxy connects to.
  const proxied = repositories.flatMap((url) => {
    if (proxy === undefined || !url.startsWith("https:")) return [];
    const { host, hostname } = new URL(url);
    return noProxy.some((name) => hostname === name || hostname.endsWith(name)) ? [] : [host];
  });

  for (const { inputs } of registrations) {
    const stdin = typeof inputs.stdin === "string" ? inputs.stdin : "";
    if (!stdin.includes("<<'STATE'")) continue;
    const own = (inputs.connection as { host: string }).host;
    const party = parties.get(own) ?? "";
    const dial = (host: string, port: string) => {
      const target = parties.get(host) ?? "outbound";
      if (target === party || /^(localhost|127\.)/.test(host)) return;
      dialling.add(`${party} ${target} ${port}`);
    };
    for (const { title, parameters } of stateOf(stdin)) {
      const text = proxied.reduce(
        (text, host) => text.replaceAll(host, ""),
        String(parameters.content ?? ""),
      );
      for (const { groups } of listeners.flatMap((pattern) => [...text.matchAll(pattern)])) {
        const { address = "", port = "" } = groups ?? {};
        if (!address.startsWith("127.")) listening.add(`${party} ${port}`);
      }
      for (const { groups } of targets.flatMap((pattern) => [...text.matchAll(pattern)])) {
        const { scheme, host, port } = groups ?? {};
        dial(host ?? "", port ?? usualPorts[scheme ?? ""] ?? "");
      }
      const [, agentPort] = /agent-port (\d+)/.exec(text) ?? [];
      if (agentPort !== undefined) dial(hosts.compilers[0] ?? "", agentPort);
      if (title.endsWith("/.ssh/known_hosts")) {
        for (const line of text.split("\n").filter((line) => /^[^#]/.test(line))) {
          const names = line.replace(/ .*/, "");
          const match = /^\[(.*)\]:(\d+)$/.exec(names);
          dial(match?.[1] ?? names, match?.[2] ?? "22");
        }
      }
    }
  }
  return { listening: [...listening], dialling: [...dialling] };
}
