import { byRole, inOrder, roles, type ByRole, type RoleSettings } from "../roles/roles.js";
import { serviceNameSettings } from "../roles/service-names.js";
import { dotted, text } from "../roles/values.js";

/** Maximum length of a certificate's common name, and of a Linux host name. */
const longestFqdn = 64;

/** Leaves room for the names that compilers get by default. */
const longestDomain = longestFqdn - "compiler50.".length;

/** A DNS domain of hosts. */
export const domainName = text(
  dotted(longestDomain),
  `the DNS domain of the hosts, at most ${String(longestDomain)} characters in lower case, such as example.com`,
);

/** Settings with the domains of the hosts. */
interface Domains {
  readonly domain: string;
  /** Existing servers may each have another one. */
  readonly existing: { readonly servers: readonly { name: string; domain?: string | undefined }[] };
}

/** FQDN of a host. */
export function fqdnOf({ domain, existing }: Domains, name: string): string {
  const server = existing.servers.find((server) => server.name === name);
  return `${name}.${server?.domain ?? domain}`;
}

/** What the check of names needs. */
interface Named extends Domains {
  readonly hosts: ByRole<string>;
  readonly plannedCompilers: readonly string[];
  readonly puppetServer: string;
  readonly caServer: string;
  readonly fileServer: string;
}

/** Names of the hosts that are not named in the settings: those of roles with one host. */
export function fixedNames(hosts: ByRole<string>): string[] {
  return inOrder(hosts).flatMap(([role, name]) => (roles[role].count === "many" ? [] : [name]));
}

/** Names of the hosts, on platforms that create them. */
export function madeHostNames(settings: RoleSettings): ByRole<string> {
  return byRole((role) => roles[role].hostNames(settings));
}

/**
 * Duplicate names, and names that are too long.
 *
 * @param list the setting that names the hosts
 */
export function nameFaults(settings: Named, list: "compilers" | "existing.servers"): string[] {
  const { hosts, puppetServer, caServer, fileServer } = settings;
  const { compilers } = hosts;
  const sentences: string[] = [];
  const others = fixedNames(hosts);
  if (list === "compilers") {
    const repeated = compilers.filter((name, index) => compilers.indexOf(name) !== index);
    for (const name of new Set(repeated)) {
      sentences.push(`puppet:compilers has ${name} more than once; write each host name once.`);
    }
    for (const name of others.filter((taken) => compilers.includes(taken))) {
      sentences.push(
        `puppet:compilers has ${name}, the name of another host; write a different name.`,
      );
    }
  }
  for (const name of [...others, ...compilers]) {
    const room = longestFqdn - (fqdnOf(settings, name).length - name.length);
    if (name.length <= room) continue;
    sentences.push(
      `puppet:${list} has ${name}, which is too long for a certificate together with the domain; write a name of at most ${String(room)} characters.`,
    );
  }
  const shortOf = (name: string) => name.split(".")[0];
  if ([puppetServer, fileServer].some((name) => shortOf(name) === shortOf(caServer))) {
    sentences.push(
      `puppet:caServer is ${caServer}, but ${String(shortOf(caServer))} is a name of the load balancer; write a different name, because certificates come from the main server.`,
    );
  }
  // Certificates also contain the short names, so these must differ too.
  const names: readonly string[] = [...others, ...compilers, ...settings.plannedCompilers];
  for (const setting of serviceNameSettings) {
    const name = settings[setting];
    const short = shortOf(name) ?? name;
    if (names.includes(short)) {
      sentences.push(
        `puppet:${setting} is ${name}, but ${short} is the name of a host; write a name that no host has.`,
      );
    }
  }
  return sentences;
}
