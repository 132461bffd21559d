import type { PostgresqlArgs, PuppetInfrastructureArgs } from "../components/index.js";
import type { HostsByRole } from "../hosts/host.js";
import type { Settings } from "./settings.js";

/** What a platform made of the settings. */
export interface Platform {
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
  platform: Platform,
): PuppetInfrastructureArgs {
  const { domain, distribution, puppetServer, caServer, fileServer, caName } = settings;
  const { mainServer, compiler, loadBalancer, codeDeployment, webhook } = settings;
  const { host: puppetdbHost, ...puppetdb } = settings.puppetdb;
  const { host: foremanHost, ...foreman } = settings.foreman;
  const { host: hdmHost, image, ...hdm } = settings.hdm;
  return {
    ...{ distribution, puppetServer, caServer, fileServer, caName, mainServer, compiler },
    hosts: platform.hosts,
    plannedCompilers: settings.plannedCompilers.map((name) => `${name}.${domain}`),
    statsPort: loadBalancer.statsPort,
    compileTimeout: loadBalancer.compileTimeout,
    puppetdb,
    postgresql: platform.postgresql ?? settings.postgresql,
    foreman: foremanHost === "none" ? undefined : foreman,
    codeDeployment,
    webhookPort: webhook.port,
    hdm: image === undefined ? undefined : { ...hdm, image },
  };
}
