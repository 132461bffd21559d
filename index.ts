import * as pulumi from "@pulumi/pulumi";
import { PuppetInfrastructure } from "./components/index.js";
import { serverSizing } from "./components/sizing.js";
import { distributions } from "./distributions/index.js";
import { containerHardware, Containers } from "./hosts/containers/containers.js";
import { compilerOffset } from "./hosts/containers/subnet.js";
import { balancerName, mainName, parseSettings, SettingsError, type Settings } from "./settings.js";

const settings = checkedSettings();

const { domain } = settings;
const platform = new Containers("containers", {
  environment: pulumi.getStack(),
  domain,
  ...settings.containers,
});
const main = platform.host({
  name: mainName,
  offset: 10,
  aliases: [settings.caServer],
});
const loadBalancer = platform.host({
  name: balancerName,
  offset: 5,
  aliases: [...new Set([settings.puppetServer, settings.fileServer])],
  ports: [settings.loadBalancer.statsPort],
});
const compilerHosts = settings.compilers.map((name) =>
  platform.host({ name, offset: compilerOffset(name) }),
);

const infrastructure = new PuppetInfrastructure("puppet", {
  ...settings,
  ...settings.loadBalancer,
  hosts: { main, loadBalancer, compilers: compilerHosts },
  distribution: distributions[settings.distribution],
});

/** Name that agents get catalogs from. */
export const puppetServer = settings.puppetServer;
/** Name that certificates are requested from. */
export const caServer = settings.caServer;
/** The compilers: name, full name, address. */
export const compilers = infrastructure.pool.members;
/** Every host by its name: full name, address and roles. */
export const hosts = Object.fromEntries<{ fqdn: string; address: string; roles: string[] }>(
  [
    { host: main, roles: ["main", "ca"] },
    { host: loadBalancer, roles: ["load-balancer"] },
    ...compilerHosts.map((host) => ({ host, roles: ["compiler"] })),
  ].map(({ host: { name, fqdn, address }, roles }) => [name, { fqdn, address, roles }]),
);
/** HAProxy's statistics page; Prometheus reads /metrics beside it. */
export const loadBalancerStatsUrl = infrastructure.loadBalancer.statsUrl;
/** Name for the statistics page. */
export const loadBalancerStatsUser = infrastructure.loadBalancer.statsUser;
/** Password for the statistics page. */
export const loadBalancerStatsPassword = infrastructure.loadBalancer.statsPassword;
/** Script that joins a machine as an agent; run it there as root. */
export const agentInstall = infrastructure.agentInstall;

/** The settings, checked before anything is made; what is wrong is told without a stack trace. */
function checkedSettings(): Settings {
  try {
    const settings = parseSettings(stackSettings());
    checkSizing(settings);
    return settings;
  } catch (error) {
    throw error instanceof SettingsError ? new pulumi.RunError(error.message) : error;
  }
}

/** The stack's settings as the engine hands them on. */
function stackSettings(): Record<string, unknown> {
  const prefix = `${pulumi.getProject()}:`;
  return Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
}

/** Refuses, before anything is made, what the hosts cannot carry. */
function checkSizing({ domain, mainServer, compiler, compilers, containers }: Settings): void {
  const hardware = containerHardware(containers);
  const servers = [
    { setting: "mainServer", name: mainName, given: mainServer },
    ...compilers.map((name) => ({
      setting: "compiler",
      name,
      given: compiler,
    })),
  ];
  for (const { setting, name, given } of servers) {
    try {
      serverSizing({ ...hardware, fqdn: `${name}.${domain}` }, given);
    } catch (error) {
      throw new SettingsError([`puppet:${setting}.${(error as Error).message}`]);
    }
  }
}
