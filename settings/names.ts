import { byRole, inOrder, roles, type ByRole, type RoleSettings } from "../roles/roles.js";
import { serviceNameSettings } from "../roles/service-names.js";

/** Maximum length of a certificate's common name, and of a Linux host name. */
export const longestFqdn = 64;

/** What the check of names needs. */
interface Named {
  readonly domain: string;
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
  const { domain, hosts, puppetServer, caServer, fileServer } = settings;
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
  const room = longestFqdn - `.${domain}`.length;
  for (const name of [...others, ...compilers].filter((name) => name.length > room)) {
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
