/** A repository, or all repositories below a path, on a Git server. */
export interface GitPlace {
  readonly scheme: "ssh" | "https";
  /** Who logs in with SSH. */
  readonly user: string | undefined;
  readonly host: string;
  readonly port: number;
  /** Without slashes around it and without `.git`, in lower case; empty for the whole server. */
  readonly path: string;
}

/**
 * Where a URL leads.
 *
 * @param url HTTPS or SSH, also in SSH's short form
 * @returns undefined for other URLs
 */
export function placeOf(url: string): GitPlace | undefined {
  const long =
    /^(ssh|https):\/\/(?:([^@/]*)@)?([^/:@]+)(?::(\d+))?(?:\/(.*))?$/.exec(url) ?? undefined;
  const short = long ? undefined : (/^(?:([^@/:]+)@)([^/:]+):(.*)$/.exec(url) ?? undefined);
  if (short) {
    const [, user, host = "", path = ""] = short;
    // What follows the colon is a path, even if it begins with digits.
    return { scheme: "ssh", user, host: host.toLowerCase(), port: 22, path: pathOf(path) };
  }
  if (!long) return undefined;
  const [, scheme, user, host = "", port, path = ""] = long;
  const usual = scheme === "ssh" ? 22 : 443;
  return {
    scheme: scheme === "ssh" ? "ssh" : "https",
    user,
    host: host.toLowerCase(),
    port: port === undefined ? usual : Number(port),
    path: pathOf(decoded(path)),
  };
}

const pathOf = (path: string) =>
  path
    .replace(/^\/+|\/+$/g, "")
    .replace(/\.git$/, "")
    .toLowerCase();

/** A path without the escapes of URLs; as it is if it has none that are valid. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/**
 * The credentials for a repository: those of the longest path that it is at or below, as on the main server.
 *
 * @param remote the repository's URL
 */
export function credentialsFor<One extends { readonly url: string }>(
  remote: string,
  credentials: readonly One[],
): One | undefined {
  const at = placeOf(remote);
  if (at === undefined) return undefined;
  const matching = credentials.flatMap((one) => {
    const place = placeOf(one.url);
    const matches =
      place?.scheme === at.scheme &&
      place.host === at.host &&
      place.port === at.port &&
      (place.path === "" || at.path === place.path || at.path.startsWith(`${place.path}/`));
    return matches ? [{ one, length: place.path.length }] : [];
  });
  return matching.sort((a, b) => b.length - a.length)[0]?.one;
}

/**
 * A repository's name in a Git provider's messages.
 *
 * @param remote URL in any form that Git accepts
 * @returns its path in lower case, without `.git`; for example `org/control`, or `org/project/repository` of Azure DevOps
 */
export function repositoryOf(remote: string): string {
  const path = /^[a-z+]+:\/\/[^/]+\/+(.*)$/.exec(remote)?.[1] ?? /^[^/:]+:(.*)$/.exec(remote)?.[1];
  const name = (path ?? remote).replace(/^\/+|\/+$|\.git\/?$/g, "");
  return (azureName(remote, name) ?? name).toLowerCase();
}

/** The name of a repository of Azure DevOps, which has other paths in URLs for HTTPS than for SSH. */
function azureName(remote: string, path: string): string | undefined {
  const ssh = /^v3\/([^/]+\/[^/]+\/[^/]+)$/.exec(path)?.[1];
  const [, above, repository] = /^(|.*\/)_git\/([^/]+)$/.exec(path) ?? [];
  if (ssh !== undefined) return decoded(ssh);
  if (above === undefined || repository === undefined) return undefined;
  const inside = above.replace(/^DefaultCollection\//i, "");
  // The project is left out where the repository has its name.
  const organization = /[@/]dev\.azure\.com\//.test(remote) ? 1 : 0;
  const project = inside.split("/").length - 1 > organization ? "" : `${repository}/`;
  return decoded(`${inside}${project}${repository}`);
}
