import * as pulumi from "@pulumi/pulumi";
import { HostConfiguration, type HostConfigurationArgs } from "../../hosts/host-configuration.js";
import type { Host } from "../../hosts/host.js";
import { rootCommand } from "../../hosts/root-command.js";
import { enrolProgram, removeCertificate } from "../../templates/autosign/autosign.js";
import type { WithDistribution } from "../arguments.js";
import type { HostCertificateArgs } from "./args.js";
import { certificateKey } from "./state.js";

/** Arguments of {@link certifiedConfiguration}. */
export interface CertifiedConfigurationArgs
  extends
    WithDistribution<HostCertificateArgs>,
    Pick<HostConfigurationArgs, "state" | "services" | "rolls"> {
  readonly host: Host;
  readonly mainHost: Host;
  /** What must be there before the host is configured. */
  readonly dependsOn?: readonly pulumi.Resource[];
}

/**
 * Configures a host that has a certificate of the CA.
 *
 * 1. The host is enrolled on the main server: with its own key, it may request a certificate.
 * 2. Its configuration requests one if there is none that is fit for use; see the program in templates/certificates.
 * 3. Only then what its new certificate replaced is revoked on the main server. What a new machine behind the name
 *    replaced still serves: it is revoked at the end of the deployment, when everything else knows the new machine.
 *
 * When the host is removed, its certificate is revoked and its name is enrolled no longer.
 *
 * @param name name of the role's resources
 * @param args.state host state with the request for the certificate
 * @param parent the component of the host's role
 * @returns its configuration
 */
export function certifiedConfiguration(
  name: string,
  args: CertifiedConfigurationArgs,
  parent: pulumi.Resource,
): HostConfiguration {
  const { host, mainHost, distribution, state, services, rolls, dependsOn = [] } = args;
  const names = [host.fqdn, ...(args.subjectAltNames ?? [])].join(" ");
  const enrolled = rootCommand(
    `${name}-certificate`,
    mainHost,
    {
      create: `${enrolProgram} --request ${names}`,
      delete: removeCertificate(host.fqdn),
      // The command does not read it: a new machine behind the name may request a certificate again.
      stdin: host.identity,
    },
    {
      parent,
      // To replace it would be to revoke a certificate that is in use, as earlier versions did for a new machine.
      ignoreChanges: ["triggers"],
      // Without the CA the certificate is worthless anyway.
      deletedWith: mainHost.machine,
    },
  );
  const configuration = new HostConfiguration(
    `${name}-configuration`,
    {
      ...{ host, distribution, state, services, rolls },
      once: certificateKey(args),
    },
    { parent, dependsOn: [enrolled, ...dependsOn] },
  );
  const settle = `${enrolProgram} --settle ${host.fqdn}`;
  rootCommand(
    `${name}-certificate-settled`,
    mainHost,
    {
      create: "true",
      update: settle,
      // Pulumi deletes last, also what a new machine has replaced.
      delete: settle,
      triggers: [host.identity],
      // After each enrolment and each configuration.
      stdin: pulumi.all([enrolled.stdout, configuration.applied]).apply((what) => what.join("\n")),
    },
    { parent, dependsOn: configuration, deletedWith: mainHost.machine },
  );
  return configuration;
}
