import type { Distribution } from "../../distributions/index.js";
import { commandAs } from "../../hosts/as-user.js";
import { execOf, fileOf, type HostState } from "../../hosts/host-state.js";
import { shellWord } from "../../hosts/shell-word.js";
import {
  mainCertificateProgram,
  renderMainCertificate,
} from "../../templates/certificates/certificates.js";
import { serverCertificate } from "./files.js";

/**
 * Fails, before anything is changed, if the main server's own certificate lacks a name that clients connect to: it keeps
 * the names it was signed with, and only while the CA is stopped can another one be made.
 */
export function mainCertificateNames(
  distribution: Distribution,
  fqdn: string,
  names: readonly string[],
): HostState {
  const { paths, users, services } = distribution;
  const { owner, certificate } = serverCertificate(distribution, fqdn);
  const printNames = `openssl x509 -noout -ext subjectAltName -in ${certificate}`;
  const hasNames = names.map((name) => `${printNames} | grep -qE "DNS:${name}(,|$)"`).join(" && ");
  const program = renderMainCertificate({
    ...paths,
    certname: fqdn,
    names,
    user: users.puppet,
    home: paths.serverVardir,
    service: services.server,
  });
  const sentence = `the certificate of ${fqdn} was signed without some of ${names.join(", ")}; set the service names back to what they were, or run ${mainCertificateProgram} on this host as root, which has another one made, and deploy again`;
  return [
    fileOf(mainCertificateProgram, program, { mode: "0755" }),
    execOf(`names in the certificate of ${fqdn}`, ["sh", "-c", `echo "${sentence}" >&2; exit 1`], {
      unless: `sh -c ${shellWord(`! test -e ${certificate} || ${commandAs(owner, hasNames)}`)}`,
    }),
  ];
}
