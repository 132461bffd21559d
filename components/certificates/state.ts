import * as pulumi from "@pulumi/pulumi";
import { directoryOf, execOf, fileOf, type HostState } from "../../hosts/host-state.js";
import { renderCsrAttributes, renderPuppetConf } from "../../templates/puppet/puppet.js";
import type { WithDistribution } from "../arguments.js";
import type { HostCertificateArgs } from "./args.js";

/**
 * Host state that requests the certificate; puppet.conf comes before it, services after it.
 *
 * @param owner user of the service that uses Puppet's own folder of certificates; without one the folder is left
 *   to Puppet, which gives it to its user, if it has one
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

/** Host state that gives a certificate to a host that runs no Puppet Server. */
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
