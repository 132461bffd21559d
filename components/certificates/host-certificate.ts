import * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { Host, HostArgs } from "../../hosts/host.js";
import { directoryOf, execOf, fileOf, type HostState } from "../../hosts/host-state.js";
import { rootCommand } from "../../hosts/root-command.js";
import { renderCsrAttributes, renderPuppetConf } from "../../templates/puppet/puppet.js";
import { renderCleanCertificate } from "../../templates/puppetserver/puppetserver.js";
import type { WithDistribution } from "../arguments.js";

/** What hosts of the infrastructure need to get their certificates. */
export interface AuthorityArgs {
  /** Host of the main server, where a certificate is revoked when its host is removed. */
  mainHost: HostArgs;
  /** Where the packages of Puppet come from, the same on all hosts; Debian's own by default. */
  distribution?: DistributionName;
  /** The CA's certificates, PEM: trusted from the first connection on. */
  caCertificate: pulumi.Input<string>;
  /** The key that gets an infrastructure host's certificate signed; a secret. */
  infrastructureKey: pulumi.Input<string>;
}

/** What a host of the infrastructure needs to get its certificate. */
export interface HostCertificateArgs extends AuthorityArgs {
  /** The host the certificate is for. */
  host: HostArgs;
}

/**
 * Makes the host's name free on the main server before the machine asks for a certificate, and revokes the
 * certificate when the host is removed. A certificate left from an earlier machine of the name would refuse the
 * new one's key; one whose machine is gone must no longer be accepted.
 *
 * @param parent the component of the host's role
 * @returns what the host's configuration has to wait for
 */
export function hostCertificate(
  name: string,
  { host, mainHost, distribution }: WithDistribution<HostCertificateArgs & { mainHost: Host }>,
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

/**
 * Host state that requests the certificate; puppet.conf comes before it, services after it.
 *
 * @param owner user of the service that uses Puppet's own folder of certificates; without one the folder is left
 *   to Puppet, which gives it to a user of its own where there is one
 */
export function certificateRequest(
  args: WithDistribution<HostCertificateArgs>,
  owner?: string,
): HostState {
  const { host, distribution } = args;
  const { paths } = distribution;
  // Without an owner both are left out of the description, and so as they are.
  const owned = { owner, group: owner };
  return [
    fileOf(
      `${paths.confdir}/csr_attributes.yaml`,
      pulumi
        .output(args.infrastructureKey)
        .apply((presharedKey) => renderCsrAttributes({ presharedKey })),
      { mode: "0600", sensitive: true },
    ),
    directoryOf(paths.ssldir, { ...owned, mode: "0771" }),
    directoryOf(`${paths.ssldir}/certs`, owned),
    fileOf(`${paths.ssldir}/certs/ca.pem`, args.caCertificate, owned),
    execOf(
      `request the certificate of ${host.fqdn}`,
      [paths.puppet, "ssl", "bootstrap", "--waitforcert", "5", "--maxwaitforcert", "120"],
      { creates: `${paths.ssldir}/certs/${host.fqdn}.pem` },
    ),
  ];
}

/** Host state that gives a certificate to a host that runs no Puppet server. */
export function hostCertificateState(
  args: WithDistribution<HostCertificateArgs> & { caServer: string },
): HostState {
  const { host, distribution, caServer } = args;
  const conf = renderPuppetConf({
    certname: host.fqdn,
    server: caServer,
    caServer,
    dnsAltNames: [],
  });
  return [fileOf(`${distribution.paths.confdir}/puppet.conf`, conf), ...certificateRequest(args)];
}
