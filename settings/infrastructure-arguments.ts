import type { PostgresqlArgs, PuppetInfrastructureArgs } from "../components/index.js";
import type { HostsByRole } from "../hosts/host.js";
import { roleNames, roles } from "../roles/roles.js";
import type { Settings } from "./settings.js";

/** What a platform made of the settings. */
export interface MadeHosts {
  readonly hosts: HostsByRole;
  /** PuppetDB's database, where the platform makes it; by default the one of the settings. */
  readonly postgresql?: PostgresqlArgs;
}

/**
 * What the component takes of a stack's settings, each by its name: what is for a platform alone, such as the private
 * key that logs in to its hosts, is no argument of it.
 */
export function infrastructureArguments(
  settings: Settings,
  made: MadeHosts,
): PuppetInfrastructureArgs {
  const { domain, distribution, puppetServer, caServer, fileServer, caName } = settings;
  const ofRoles = roleNames.map((role): Partial<PuppetInfrastructureArgs> =>
    roles[role].args(settings),
  );
  return {
    ...{ distribution, puppetServer, caServer, fileServer, caName },
    ...(Object.assign({}, ...ofRoles) as Partial<PuppetInfrastructureArgs>),
    plannedCompilers: settings.plannedCompilers.map((name) => `${name}.${domain}`),
    ...made,
  };
}
