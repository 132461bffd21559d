import * as pulumi from "@pulumi/pulumi";
import { PuppetInfrastructure } from "./components/index.js";
import { puppetdbMemory, puppetdbSizing } from "./components/puppetdb-sizing.js";
import { serverSizing } from "./components/sizing.js";
import { distributions } from "./distributions/index.js";
import { containerHardware, Containers } from "./hosts/containers/containers.js";
import type { Host } from "./hosts/host.js";
import { compilerOffset } from "./hosts/containers/subnet.js";
import {
  balancerName,
  mainName,
  parseSettings,
  puppetdbName,
  SettingsError,
  type Settings,
} from "./settings.js";

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
const puppetdb = {
  own: () => platform.host({ name: puppetdbName, offset: 6 }),
  main: () => main,
  none: () => undefined,
}[settings.puppetdb.host]();

const infrastructure = new PuppetInfrastructure("puppet", {
  ...settings,
  ...settings.loadBalancer,
  hosts: { main, loadBalancer, compilers: compilerHosts, puppetdb },
  webhookPort: settings.webhook.port,
  plannedCompilers: settings.plannedCompilers.map((name) => `${name}.${domain}`),
  distribution: distributions[settings.distribution],
});

const puppetdbRoles = ["puppetdb", "postgresql"];
const roles: { host: Host; roles: string[] }[] = [
  { host: main, roles: ["main", "ca", ...(puppetdb === main ? puppetdbRoles : [])] },
  { host: loadBalancer, roles: ["load-balancer"] },
  ...(puppetdb === undefined || puppetdb === main
    ? []
    : [{ host: puppetdb, roles: puppetdbRoles }]),
  ...compilerHosts.map((host) => ({ host, roles: ["compiler"] })),
];

/** Name that agents get catalogs from. */
export const puppetServer = settings.puppetServer;
/** Name that certificates are requested from. */
export const caServer = settings.caServer;
/** The compilers: name, full name, address. */
export const compilers = infrastructure.pool.members;
/** Every host by its name: full name, address and roles. */
export const hosts = Object.fromEntries(
  roles.map(({ host: { name, fqdn, address }, roles }) => [name, { fqdn, address, roles }]),
);
/** How each host is reached over SSH, by its name; secret, as it has the private key. */
export const connections = pulumi.secret(
  Object.fromEntries(roles.map(({ host }) => [host.name, host.connection])),
);
/** PuppetDB for Puppet servers; absent where there is none. */
export const puppetdbUrl = infrastructure.puppetdb?.url;
/** PuppetDB for people and tools, with a certificate of `npm run puppetdb-access`. */
export const puppetdbQueryUrl = infrastructure.puppetdb?.queryUrl;
/** Where Git servers send pushes; absent where no code is deployed. */
export const webhookUrl = infrastructure.code?.webhook.url;
/** Key of the pushes' signatures, and GitLab's token; secret. */
export const webhookSecret = infrastructure.code?.webhook.secret;
/** Public key that Git servers must let read the control repositories. */
export const codeDeployKey = infrastructure.code?.deployKey;
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
    checkSealed(settings);
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

/** Refuses secrets that stand in clear in the stack's file, and would stand so in the state. */
function checkSealed({ postgresql, codeDeployment }: Settings): void {
  // Where the language host tells which settings are sealed.
  const sealed = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]") as string[];
  const inClear = (setting: string, values: readonly (string | undefined)[]) =>
    values.some((value) => value !== undefined) &&
    !sealed.includes(`${pulumi.getProject()}:${setting}`);
  if (inClear("postgresql", [postgresql.password, postgresql.readPassword])) {
    throw new SettingsError([
      "puppet:postgresql has passwords in clear; write each with pulumi config set --secret --path puppet:postgresql.password (and .readPassword).",
    ]);
  }
  if (inClear("codeDeployment", [codeDeployment.token])) {
    throw new SettingsError([
      "puppet:codeDeployment.token is in clear; write it with pulumi config set --secret --path puppet:codeDeployment.token.",
    ]);
  }
}

/** Refuses, before anything is made, what the hosts cannot carry. */
function checkSizing(settings: Settings): void {
  const { domain, mainServer, compiler, compilers, containers, puppetdb, postgresql } = settings;
  const hardware = containerHardware(containers);
  const fqdn = (name: string) => `${name}.${domain}`;
  const refuse = (setting: string, check: () => unknown) => {
    try {
      check();
    } catch (error) {
      throw new SettingsError([`puppet:${setting}.${(error as Error).message}`]);
    }
  };
  const beside = puppetdb.host === "main";
  const shared = puppetdbMemory(hardware.memory, beside);
  if (puppetdb.host !== "none") {
    const host = { ...hardware, memory: shared, fqdn: fqdn(beside ? mainName : puppetdbName) };
    refuse("puppetdb", () => puppetdbSizing(host, puppetdb, postgresql.server === undefined));
  }
  const memory = hardware.memory - (beside ? shared : 0);
  refuse("mainServer", () =>
    serverSizing({ ...hardware, memory, fqdn: fqdn(mainName) }, mainServer),
  );
  for (const name of compilers) {
    refuse("compiler", () => serverSizing({ ...hardware, fqdn: fqdn(name) }, compiler));
  }
}
