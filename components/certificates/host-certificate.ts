import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../../hosts/host.js";
import { rootCommand } from "../../hosts/root-command.js";
import { renderCleanCertificate } from "../../templates/puppetserver/puppetserver.js";
import type { WithDistribution } from "../arguments.js";
import type { HostCertificateArgs } from "./args.js";

/**
 * Frees the host's name on the main server before the machine requests a certificate, and revokes the certificate
 * when the host is removed. With a certificate left over from an earlier machine of that name, the CA would reject the
 * new machine's key; the certificate of a removed machine must no longer be accepted.
 *
 * @param parent the component of the host's role
 * @returns resource that the host's configuration must depend on
 */
export function hostCertificate(
  name: string,
  {
    host,
    mainHost,
    distribution,
  }: WithDistribution<HostCertificateArgs> & { readonly mainHost: Host },
  parent: pulumi.Resource,
): pulumi.Resource {
  const clean = renderCleanCertificate(distribution, host.fqdn);
  return rootCommand(
    name,
    mainHost,
    { create: clean, delete: clean, triggers: [host.identity] },
    // The old certificate is revoked before the new machine requests its own. Without the CA it is worthless anyway.
    { parent, deleteBeforeReplace: true, deletedWith: mainHost.machine },
  );
}
