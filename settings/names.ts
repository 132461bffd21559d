import { agentsPort } from "../platforms/connections.js";
import { compilerOffset } from "../roles/compiler/address.js";
import type { Server } from "./existing.js";

/** What a certificate's common name, and a Linux host name, can hold. */
export const longestFqdn = 64;

/** Short names of the hosts, by role. */
export interface HostNames {
  readonly main: string;
  readonly loadBalancer: string;
  /** PuppetDB's own host, where it has one. */
  readonly puppetdb?: string | undefined;
  /** HDM's host, where there is one. */
  readonly hdm?: string | undefined;
  /** Foreman's own host, where it has one. */
  readonly foreman?: string | undefined;
  readonly compilers: readonly string[];
}

/** Containers share one machine, and a network of 256 addresses. */
export const mostContainers = 50;

/** Name of the main server, where the platform makes it. */
export const mainName = "main";

/** Names of the hosts that the platform makes. */
export function madeHosts(
  compilers: readonly string[],
  { puppetdb, foreman, hdm }: Readonly<Record<"puppetdb" | "foreman" | "hdm", { host: string }>>,
): HostNames {
  return {
    main: mainName,
    loadBalancer: "balancer",
    puppetdb: puppetdb.host === "own" ? "puppetdb" : undefined,
    foreman: foreman.host === "own" ? "foreman" : undefined,
    hdm: hdm.host === "own" ? "hdm" : undefined,
    compilers,
  };
}

/** Names of the servers that are there; a list that lacks some has been refused before. */
export function existingHosts(servers: readonly Server[]): HostNames {
  const named = (role: Server["role"]) =>
    servers.filter((server) => server.role === role).map(({ name }) => name);
  return {
    main: named("main")[0] ?? "",
    loadBalancer: named("load-balancer")[0] ?? "",
    puppetdb: named("puppetdb")[0],
    hdm: named("hdm")[0],
    foreman: named("foreman")[0],
    compilers: named("compiler"),
  };
}

/** Names of the hosts that are no compilers. */
export function hostsBesideCompilers(hosts: HostNames): string[] {
  const { main, loadBalancer, puppetdb, foreman, hdm } = hosts;
  return [main, loadBalancer, puppetdb, foreman, hdm].filter((name) => name !== undefined);
}

/** What the check of names looks at. */
interface Named {
  readonly platform: string;
  readonly domain: string;
  readonly hosts: HostNames;
  readonly plannedCompilers: readonly string[];
  readonly puppetServer: string;
  readonly caServer: string;
  readonly fileServer: string;
  readonly loadBalancer: { readonly statsPort: number };
}

/** Names that two things would share, and names that are too long. */
export function nameFaults(settings: Named): string[] {
  const { platform, domain, hosts, puppetServer, caServer, fileServer } = settings;
  const { compilers } = hosts;
  const sentences: string[] = [];
  const list = platform === "existing" ? "existing.servers" : "compilers";
  const others = hostsBesideCompilers(hosts);
  if (list === "compilers") {
    const repeated = compilers.filter((name, index) => compilers.indexOf(name) !== index);
    for (const name of new Set(repeated)) {
      sentences.push(`puppet:compilers has ${name} more than once; write each host name once.`);
    }
    for (const name of others.filter((taken) => compilers.includes(taken))) {
      sentences.push(`puppet:compilers has ${name}, the name of another host; write another name.`);
    }
  }
  const room = longestFqdn - `.${domain}`.length;
  for (const name of [...others, ...compilers].filter((name) => name.length > room)) {
    sentences.push(
      `puppet:${list} has ${name}, too long beside the domain for a certificate; write a name of at most ${String(room)} characters.`,
    );
  }
  // More than there can be is said once; who of them would share an address does not matter then.
  if (platform === "containers" && compilers.length <= mostContainers) {
    sentences.push(...sharedAddresses(compilers));
  }
  const shortOf = (name: string) => name.split(".")[0];
  if ([puppetServer, fileServer].some((name) => shortOf(name) === shortOf(caServer))) {
    sentences.push(
      `puppet:caServer is ${caServer}, and ${String(shortOf(caServer))} is a name of the balancer; write another name, because certificates come from the main server.`,
    );
  }
  if (settings.loadBalancer.statsPort === agentsPort) {
    sentences.push(
      `puppet:loadBalancer.statsPort is ${String(agentsPort)}, the port that agents connect to; write another port.`,
    );
  }
  // Certificates carry the short names as well, so these must differ too.
  const names: readonly string[] = [...others, ...compilers, ...settings.plannedCompilers];
  for (const setting of ["puppetServer", "caServer", "fileServer"] as const) {
    const name = settings[setting];
    const short = shortOf(name) ?? name;
    if (names.includes(short)) {
      sentences.push(
        `puppet:${setting} is ${name}, and ${short} is the name of a host; write a name that no host has.`,
      );
    }
  }
  return sentences;
}

/** Containers have addresses that follow from their names. */
function sharedAddresses(compilers: readonly string[]): string[] {
  return compilers.flatMap((name, index) => {
    const earlier = compilers
      .slice(0, index)
      .find((other) => compilerOffset(other) === compilerOffset(name));
    return earlier === undefined || earlier === name
      ? []
      : [
          `puppet:compilers has ${earlier} and ${name}, which would share an address of the containers' network; write another name for one of them.`,
        ];
  });
}
