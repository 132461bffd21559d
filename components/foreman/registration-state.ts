import * as pulumi from "@pulumi/pulumi";
import { execOf, fileOf, serviceOf, unitOf, type HostState } from "../../hosts/host-state.js";
import {
  importPath,
  registerScript,
  registrationFile,
  renderImportPath,
  renderImportService,
  renderRegister,
  renderRegistration,
  settingsFile,
} from "../../templates/foreman/foreman.js";
import type { WithDistribution } from "../arguments.js";
import type { ForemanRegistrationArgs } from "./args.js";

/** Newer than all files whose content is registered in Foreman. */
export const registeredFile = `${registrationFile}.done`;

/**
 * Registers the environment in Foreman.
 *
 * @param proxy the main server's smart proxy, where it has one
 */
export function foremanRegistrationState(
  args: WithDistribution<ForemanRegistrationArgs> & { deployedCode: boolean; serversStay: boolean },
  proxy: { name: string; url: string } | undefined,
): HostState {
  const { distribution, servers, deployedCode } = args;
  const registration = pulumi
    .all([args.user, pulumi.secret(args.password)])
    .apply(([user, password]) => renderRegistration({ user, password, trusted: servers, proxy }));
  const register = `${registerScript}${args.serversStay ? " --keep" : ""}`;
  const inputs = [registrationFile, settingsFile, registerScript];
  return [
    fileOf(registerScript, renderRegister(distribution.paths), { mode: "0755" }),
    fileOf(registrationFile, registration, { mode: "0600", sensitive: true }),
    execOf(
      "tell Foreman of the environment",
      ["sh", "-c", `${register} && touch ${registeredFile}`],
      {
        unless: inputs.map((file) => `test ${registeredFile} -nt ${file}`).join(" && "),
        timeout: 900,
      },
    ),
    ...(proxy !== undefined && deployedCode ? imports() : noImports()),
  ];
}

/** The command that ends Foreman's trust in servers that have left, where they stay. */
export const dismissServers = `${registerScript} --dismiss`;

/** Has Foreman import environments and classes after each deploy. */
function imports(): HostState {
  return [
    ...unitOf("puppet-foreman-import.service", renderImportService()),
    ...unitOf(importPath, renderImportPath(), { notify: `Service[${importPath}]` }),
    serviceOf(importPath),
  ];
}

/** Turns the imports off. */
function noImports(): HostState {
  return [
    execOf("leave environments to Foreman's users", ["systemctl", "disable", "--now", importPath], {
      unless: `sh -c '! systemctl is-enabled --quiet ${importPath}'`,
    }),
  ];
}
