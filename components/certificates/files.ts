import type { Distribution } from "../../distributions/index.js";

/** Puppet's files of a host's certificate. */
export interface CertificateFiles {
  /** User who owns their folders: root reads none of them, because a link could be there instead. */
  readonly owner: string;
  /** The certificate. */
  readonly certificate: string;
  /** Its private key. */
  readonly privateKey: string;
  /** The CA's certificates. */
  readonly ca: string;
}

const filesOf = ({ paths }: Distribution, fqdn: string, owner: string): CertificateFiles => ({
  owner,
  certificate: `${paths.ssldir}/certs/${fqdn}.pem`,
  privateKey: `${paths.ssldir}/private_keys/${fqdn}.pem`,
  ca: `${paths.ssldir}/certs/ca.pem`,
});

/** The files of a host with Puppet Server. */
export const serverCertificate = (distribution: Distribution, fqdn: string) =>
  filesOf(distribution, fqdn, distribution.users.puppet);

/** The files of a host without Puppet Server. */
export const agentCertificate = (distribution: Distribution, fqdn: string) =>
  filesOf(distribution, fqdn, distribution.users.agent);
