import * as pulumi from "@pulumi/pulumi";
import { PuppetInfrastructure } from "./components/index.js";
import type { Host } from "./hosts/host.js";
import { parseSettings, SettingsError, type Settings } from "./settings/settings.js";
import { infrastructureArguments } from "./settings/infrastructure-arguments.js";
import { settingsInClear, stackConfig } from "./settings/sealing.js";
import { inClear } from "./settings/secrets.js";
import { sizingFault } from "./platforms/sizing.js";

/** What makes the hosts; the SDK of a cloud is loaded only where it is used. */
const platforms = {
  containers: () => import("./platforms/containers/platform.js"),
  existing: () => import("./platforms/existing/existing-servers.js"),
  aws: () => import("./platforms/aws/platform.js"),
};

// The SDK asks for stack traces with each resource, and a library of old maps the positions in them to TypeScript. Node
// does that by itself, in half the time; `npm run bench -- preview` shows what it makes.
Reflect.deleteProperty(Error, "prepareStackTrace");

const settings = checkedSettings();

const platform = (await platforms[settings.platform]()).makeHosts(settings);
const { main, loadBalancer, compilers: compilerHosts, puppetdb, foreman, hdm } = platform.hosts;

const infrastructure = new PuppetInfrastructure(
  "puppet",
  infrastructureArguments(settings, platform),
);

const puppetdbRoles = ["puppetdb", "postgresql"];
const roles: { host: Host; roles: string[] }[] = [
  { host: main, roles: ["main", "ca", ...(puppetdb === main ? puppetdbRoles : [])] },
  { host: loadBalancer, roles: ["load-balancer"] },
  ...(puppetdb === undefined || puppetdb === main
    ? []
    : [{ host: puppetdb, roles: puppetdbRoles }]),
  ...(foreman === undefined ? [] : [{ host: foreman, roles: ["foreman"] }]),
  ...compilerHosts.map((host) => ({ host, roles: ["compiler"] })),
  ...(hdm === undefined ? [] : [{ host: hdm, roles: ["hdm"] }]),
];

const outputs = {
  /** Name that agents get catalogs from. */
  puppetServer: settings.puppetServer,
  /** Name that certificates are requested from. */
  caServer: settings.caServer,
  /** The compilers: name, full name, address. */
  compilers: infrastructure.compilers,
  /** Every host by its name: full name, address and roles. */
  hosts: Object.fromEntries(
    roles.map(({ host: { name, fqdn, address }, roles }) => [name, { fqdn, address, roles }]),
  ),
  /** How each host is reached over SSH, by its name; secret, as it has the private key. */
  connections: pulumi.secret(
    Object.fromEntries(roles.map(({ host }) => [host.name, loginOf(host)])),
  ),
  /** PuppetDB for Puppet servers; absent where there is none. */
  puppetdbUrl: infrastructure.puppetdbUrl,
  /** PuppetDB for people and tools, with a certificate of `npm run puppetdb-access`. */
  puppetdbQueryUrl: infrastructure.puppetdbQueryUrl,
  /** Foreman; absent where there is none. */
  foremanUrl: infrastructure.foremanUrl,
  /** Password that the first user of a Foreman of its own begins with; secret. */
  foremanAdminPassword: infrastructure.foremanAdminPassword,
  /** Where Git servers send pushes; absent where no code is deployed. */
  webhookUrl: infrastructure.webhookUrl,
  /** Key of the pushes' signatures, and GitLab's token; secret. */
  webhookSecret: infrastructure.webhookSecret,
  /** Public key that Git servers must let read the control repositories. */
  codeDeployKey: infrastructure.codeDeployKey,
  /** HDM, in which people browse Hiera data; absent where there is none. */
  hdmUrl: infrastructure.hdmUrl,
  /** Password of HDM's user admin, until he changes it; secret. */
  hdmAdminPassword: infrastructure.hdmAdminPassword,
  /** HAProxy's statistics page; Prometheus reads /metrics beside it. */
  loadBalancerStatsUrl: infrastructure.statsUrl,
  /** Name for the statistics page. */
  loadBalancerStatsUser: infrastructure.statsUser,
  /** Password for the statistics page. */
  loadBalancerStatsPassword: infrastructure.statsPassword,
  /** Script that joins a machine as an agent; run it there as root. */
  agentInstall: infrastructure.agentInstall,
};

/** The stack's outputs. Those of what there is none of are absent: as undefined ones, each would be a warning. */
export default Object.fromEntries(
  Object.entries(outputs).filter(([, value]) => value !== undefined),
);

/** How SSH reaches a host, and becomes root on it. */
function loginOf({ connection, proxyCommand, sudo }: Host) {
  return pulumi.all([connection, proxyCommand]).apply(([connection, proxyCommand]) => ({
    ...connection,
    ...(proxyCommand === undefined ? {} : { proxyCommand }),
    ...(sudo === true ? { sudo } : {}),
  }));
}

/** The settings, checked before anything is made; what is wrong is told without a stack trace. */
function checkedSettings(): Settings {
  try {
    const settings = parseSettings(stackSettings());
    checkSealed(settings);
    const fault = sizingFault(settings);
    if (fault !== undefined) throw new SettingsError([fault]);
    return settings;
  } catch (error) {
    throw error instanceof SettingsError ? refusal(error.message) : error;
  }
}

/** An error that is shown as its sentence alone. */
function refusal(sentence: string): pulumi.RunError {
  // The SDK renders the stack before it leaves it away, for which Node 20 takes a quarter of a minute.
  return Object.assign(new pulumi.RunError(sentence), { stack: "" });
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
function checkSealed(settings: Settings): void {
  // Where the language host tells which settings have a secret in them.
  const secrets = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]") as string[];
  const has = (setting: string) =>
    setting
      .split(".")
      .reduce<unknown>(
        (at, key) => (at as Readonly<Record<string, unknown>> | undefined)?.[key],
        settings,
      ) !== undefined;
  const inTheClear = settingsInClear(
    has,
    stackConfig(import.meta.dirname, pulumi.getStack()),
    secrets.map((key) => key.replace(`${pulumi.getProject()}:`, "")),
  );
  if (inTheClear.length > 0) throw new SettingsError(inTheClear.map(inClear));
}
