import type { HostsByRole, PostgresqlArgs, PuppetInfrastructureArgs } from "../components/index.js";
import { roleNames, roles } from "../roles/roles.js";
import type { Settings } from "./settings.js";

/** What a platform created from the settings. */
export interface MadeHosts {
  readonly hosts: HostsByRole;
  /** PuppetDB's database, if the platform creates it; by default the one in the settings. */
  readonly postgresql?: PostgresqlArgs;
}

/**
 * The component's arguments from a stack's settings, each by its name. Settings that are only for a platform, such as
 * the private key for logging in to its hosts, are not among them.
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
