import { foremanPackages } from "../../distributions/foreman.js";
import { execOf, fileOf, type HostState } from "../../hosts/host-state.js";
import {
  renderRepository,
  repositoryScript,
} from "../../templates/foreman-server/foreman-server.js";
import type { ForemanPackagesArgs } from "./args.js";

/**
 * Foreman's package repository on a host.
 *
 * @param remedy what to do if the host cannot use it, as the end of a sentence
 */
export function foremanRepository(
  fqdn: string,
  args: { packages?: ForemanPackagesArgs | undefined; version?: string },
  remedy: string,
): HostState {
  const packages = foremanPackages({ ...args.packages, version: args.version });
  const list = "/etc/apt/sources.list.d/foreman.list";
  return [
    fileOf(repositoryScript, renderRepository({ ...packages, fqdn, remedy }), { mode: "0755" }),
    execOf("add Foreman's package repository", [repositoryScript], {
      unless: `test ${list} -nt ${repositoryScript}`,
      timeout: 600,
      replaces: [list, "/etc/apt/keyrings/foreman.asc"],
    }),
  ];
}
