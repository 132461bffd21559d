import type * as pulumi from "@pulumi/pulumi";
import type { Host } from "../../hosts/host.js";
import { rootCommand } from "../../hosts/root-command.js";
import { renderCleanCertificate } from "../../templates/puppetserver/puppetserver.js";
import type { WithDistribution } from "../arguments.js";
import type { HostCertificateArgs } from "./args.js";

/**
 * Makes the host's name free on the main server before the machine asks for a certificate, and revokes the
 * certificate when the host is removed. A certificate left from an earlier machine of the name would refuse the
 * new one's key; one whose machine is gone must no longer be accepted.
 *
 * @param parent the component of the host's role
 * @returns resource that the host's configuration has to wait for
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
    // The old certificate goes before the new machine asks for its own. With the CA itself gone, it is void.
    { parent, deleteBeforeReplace: true, deletedWith: mainHost.machine },
  );
}
