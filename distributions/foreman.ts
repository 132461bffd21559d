import { readFileSync } from "node:fs";

/** The default release of Foreman. */
export const foremanVersion = "5.0";

/** Where the packages of Foreman and its smart proxy come from; Foreman's own repository by default. */
export interface ForemanPackages {
  /** URL of an APT repository with Foreman's suites and components. */
  url: string;
  /** ASCII-armoured public key that signs it. */
  key: string;
  /** Release, such as `5.0`: the component of the repository. */
  version: string;
  /** Systems it has packages for, as `ID VERSION_ID` from os-release; empty for a mirror, where any is accepted. */
  systems: readonly string[];
}

/**
 * The repository that a site uses.
 *
 * @param given a mirror, its key if it is re-signed, and the release
 */
export function foremanPackages(given: {
  url?: string | undefined;
  key?: string | undefined;
  version?: string | undefined;
}): ForemanPackages {
  const { url, key, version = foremanVersion } = given;
  return {
    url: url ?? "https://deb.theforeman.org",
    // From theforeman/foreman-infra: 5B7C3E5A735BCB4D615829DC0BDDA991FD7AAC8A, which expires on 18 July 2027.
    key: key ?? readFileSync(new URL("foreman-key.asc", import.meta.url), "utf8"),
    version,
    systems: url === undefined ? systemsOf(version) : [],
  };
}

/** The systems that Foreman has packages for, according to its installation guides. */
function systemsOf(version: string): string[] {
  const until5 = ["debian 12", "ubuntu 22.04"];
  return version.startsWith("3.") ? until5 : [...until5, "debian 13", "ubuntu 24.04"];
}
