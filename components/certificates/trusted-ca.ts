import type { Input } from "@pulumi/pulumi";
import type { Distribution } from "../../distributions/index.js";
import { directoryAs, fileAs } from "../../hosts/as-user.js";
import { directoryOf, fileOf, type HostState } from "../../hosts/host-state.js";

/**
 * Puppet's folder of certificates, with the CA's: the host trusts them from its first connection.
 *
 * @param owner user who owns the folder; root writes nothing in it unless it is root's own
 */
export function trustedCa(
  { paths: { ssldir }, users }: Distribution,
  caCertificate: Input<string>,
  owner: string,
): HostState {
  const certs = `${ssldir}/certs`;
  const caFile = `${certs}/ca.pem`;
  if (owner === "root") {
    return [
      // Their owner is left: on a host where somebody made Puppet's user, Puppet sets it.
      directoryOf(ssldir, { owner: undefined, group: undefined, mode: "0771" }),
      directoryOf(certs, { owner: undefined, group: undefined }),
      fileOf(caFile, caCertificate, { owner: undefined, group: undefined }),
    ];
  }
  return [
    // With Debian's packages, the folder above is the user's as well.
    owner === users.agent
      ? directoryAs(owner, ssldir, { mode: "0771" })
      : directoryOf(ssldir, { owner, group: owner, mode: "0771" }),
    directoryAs(owner, certs),
    ...fileAs(owner, caFile, caCertificate),
  ];
}
