import * as pulumi from "@pulumi/pulumi";
import { PuppetInfrastructure } from "./components/index.js";
import type { Host } from "./hosts/host.js";
import { parseSettings, platforms } from "./platforms/platforms.js";
import { sizingFault } from "./platforms/sizing.js";
import type { InfrastructureOutput } from "./roles/role.js";
import { hostRole, inOrder, roleNames, roles, rolesOn, type RoleName } from "./roles/roles.js";
import { SettingsError, type Settings } from "./settings/settings.js";
import { infrastructureArguments } from "./settings/infrastructure-arguments.js";
import { settingsInClear, stackConfig } from "./settings/sealing.js";
import { inClear } from "./settings/secrets.js";

// The SDK takes a stack trace for each resource, and an old library maps the positions in them to TypeScript. Node does
// that itself in half the time; `npm run bench -- preview` shows the difference.
Reflect.deleteProperty(Error, "prepareStackTrace");

const settings = loadSettings();

const made = await platforms[settings.platform].makeHosts(settings);
const infrastructure = new PuppetInfrastructure("puppet", infrastructureArguments(settings, made));

/** The hosts of the roles that have their own, in display order. */
const hosts = inOrder<Host>(made.hosts).filter(([role]) => hostRole(role, settings) === role);
const wordsOf = (host: RoleName) =>
  rolesOn(host, settings).flatMap((role): readonly string[] => roles[role].words);

const outputs: Readonly<Record<string, unknown>> = {
  /** Name under which agents request catalogs. */
  puppetServer: settings.puppetServer,
  /** Name under which certificates are requested. */
  caServer: settings.caServer,
  /** Every host by name: FQDN, address and roles. */
  hosts: Object.fromEntries(
    hosts.map(([role, { name, fqdn, address }]) => [name, { fqdn, address, roles: wordsOf(role) }]),
  ),
  /** SSH connection of each host, by host name; secret, because it contains the private key. */
  connections: pulumi.secret(
    Object.fromEntries(hosts.map(([, host]) => [host.name, loginOf(host)])),
  ),
  /** Outputs of the roles. */
  ...Object.fromEntries(
    roleNames.flatMap((role) =>
      Object.entries<InfrastructureOutput>(roles[role].outputs).map(
        ([output, property]) => [output, infrastructure[property]] as const,
      ),
    ),
  ),
  /** Script that joins a machine as an agent; run it on that machine as root. */
  agentInstall: infrastructure.agentInstall,
};

/** The stack's outputs. Outputs without a value are left out: each undefined one would cause a warning. */
export default Object.fromEntries(
  Object.entries(outputs).filter(([, value]) => value !== undefined),
);

/** How SSH connects to a host and becomes root on it. */
function loginOf({ connection, proxyCommand, sudo }: Host) {
  return pulumi.all([connection, proxyCommand]).apply(([connection, proxyCommand]) => ({
    ...connection,
    ...(proxyCommand === undefined ? {} : { proxyCommand }),
    ...(sudo === true ? { sudo } : {}),
  }));
}

/** The settings, checked before anything is created; errors are reported without a stack trace. */
function loadSettings(): Settings {
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

/** An error that is shown as just its sentence. */
function refusal(sentence: string): pulumi.RunError {
  // The SDK renders the stack trace before it discards it, which takes Node 20 a quarter of a minute.
  return Object.assign(new pulumi.RunError(sentence), { stack: "" });
}

/** The stack's settings as the engine passes them. */
function stackSettings(): Record<string, unknown> {
  const prefix = `${pulumi.getProject()}:`;
  return Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
}

/** Rejects secrets that are in plaintext in the stack's file, and would be in plaintext in the state. */
function checkSealed(settings: Settings): void {
  // The language host lists here which settings contain a secret.
  const secrets = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]") as string[];
  const inTheClear = settingsInClear(
    settings,
    stackConfig(import.meta.dirname, pulumi.getStack()),
    secrets.map((key) => key.replace(`${pulumi.getProject()}:`, "")),
  );
  if (inTheClear.length > 0) throw new SettingsError(inTheClear.map(inClear));
}
