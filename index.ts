import * as pulumi from "@pulumi/pulumi";
import { PuppetInfrastructure } from "./components/index.js";
import type { Host } from "./hosts/host.js";
import { parseSettings, platforms } from "./platforms/platforms.js";
import { sizingFault } from "./platforms/sizing.js";
import type { InfrastructureOutput } from "./roles/role.js";
import { hostRole, inOrder, roleNames, roles, type RoleName } from "./roles/roles.js";
import { SettingsError, type Settings } from "./settings/settings.js";
import { infrastructureArguments } from "./settings/infrastructure-arguments.js";
import { settingsInClear, stackConfig } from "./settings/sealing.js";
import { inClear } from "./settings/secrets.js";

// The SDK asks for stack traces with each resource, and a library of old maps the positions in them to TypeScript. Node
// does that by itself, in half the time; `npm run bench -- preview` shows what it makes.
Reflect.deleteProperty(Error, "prepareStackTrace");

const settings = checkedSettings();

const made = await platforms[settings.platform].makeHosts(settings);
const infrastructure = new PuppetInfrastructure("puppet", infrastructureArguments(settings, made));

/** The hosts of roles that have some of their own, in the order in which they are shown. */
const hosts = inOrder<Host>(made.hosts).filter(([role]) => hostRole(role, settings) === role);
const wordsOf = (host: RoleName) =>
  roleNames
    .filter((role) => hostRole(role, settings) === host)
    .flatMap((role): readonly string[] => roles[role].words);

const outputs: Readonly<Record<string, unknown>> = {
  /** Name that agents get catalogs from. */
  puppetServer: settings.puppetServer,
  /** Name that certificates are requested from. */
  caServer: settings.caServer,
  /** Every host by its name: full name, address and roles. */
  hosts: Object.fromEntries(
    hosts.map(([role, { name, fqdn, address }]) => [name, { fqdn, address, roles: wordsOf(role) }]),
  ),
  /** How each host is reached over SSH, by its name; secret, as it has the private key. */
  connections: pulumi.secret(
    Object.fromEntries(hosts.map(([, host]) => [host.name, loginOf(host)])),
  ),
  /** What the roles have. */
  ...Object.fromEntries(
    roleNames.flatMap((role) =>
      Object.entries<InfrastructureOutput>(roles[role].outputs).map(
        ([output, property]) => [output, infrastructure[property]] as const,
      ),
    ),
  ),
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
    throw error instanceof SettingsError
      ? refusal(error.inStack(pulumi.getStack()).message)
      : error;
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
