import { inOrder, roles, type ByRole } from "../roles/roles.js";

/** What a certificate's common name, and a Linux host name, can hold. */
export const longestFqdn = 64;

/** What the check of names looks at. */
interface Named {
  readonly domain: string;
  readonly hosts: ByRole<string>;
  readonly plannedCompilers: readonly string[];
  readonly puppetServer: string;
  readonly caServer: string;
  readonly fileServer: string;
}

/** Names of the hosts that the settings do not name themselves: those of roles with one host. */
export function fixedNames(hosts: ByRole<string>): string[] {
  return inOrder(hosts).flatMap(([role, name]) => (roles[role].count === "many" ? [] : [name]));
}

/**
 * Names that two things would share, and names that are too long.
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
      sentences.push(`puppet:compilers has ${name}, the name of another host; write another name.`);
    }
  }
  const room = longestFqdn - `.${domain}`.length;
  for (const name of [...others, ...compilers].filter((name) => name.length > room)) {
    sentences.push(
      `puppet:${list} has ${name}, too long beside the domain for a certificate; write a name of at most ${String(room)} characters.`,
    );
  }
  const shortOf = (name: string) => name.split(".")[0];
  if ([puppetServer, fileServer].some((name) => shortOf(name) === shortOf(caServer))) {
    sentences.push(
      `puppet:caServer is ${caServer}, and ${String(shortOf(caServer))} is a name of the balancer; write another name, because certificates come from the main server.`,
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
