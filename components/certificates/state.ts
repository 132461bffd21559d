import * as pulumi from "@pulumi/pulumi";
import { directoryOf, execOf, fileOf, type HostState } from "../../hosts/host-state.js";
import { renderCsrAttributes, renderPuppetConf } from "../../templates/puppet/puppet.js";
import type { WithDistribution } from "../arguments.js";
import type { HostCertificateArgs } from "./args.js";

/**
 * Host state that requests the certificate; it comes after puppet.conf and before services.
 *
 * @param owner user of the service that uses Puppet's own certificate folder; without it, Puppet sets the folder's
 *   owner: its own user, if that exists
 */
export function certificateRequest(
  args: WithDistribution<HostCertificateArgs>,
  owner?: string,
): HostState {
  const { host, distribution } = args;
  const { paths } = distribution;
  // Without an owner, both are omitted from the state and stay as they are.
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

/** Host state that gets a certificate for a host that runs no Puppet Server. */
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
