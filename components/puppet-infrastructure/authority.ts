import { CertificateAuthority } from "../certificate-authority/certificate-authority.js";
import type { AuthorityArgs } from "../certificates/args.js";
import type { HostArgs } from "../../hosts/host.js";
import type { MainServer } from "../main-server/main-server.js";
import { withShortNames, type InfrastructureContext } from "./context.js";

/** The certificate authority, which the main server runs. */
export function deployAuthority(context: InfrastructureContext): CertificateAuthority {
  const { name, parent, args, distribution, caNames, poolNames } = context;
  const { caName, plannedCompilers } = args;
  // Hosts of every role: no agent can get any of their names.
  const { main, loadBalancer, compilers, ...others } = args.hosts;
  return new CertificateAuthority(
    `${name}-authority`,
    {
      distribution,
      caName,
      serviceNames: [...caNames, ...poolNames],
      subjectAltNames: caNames,
      infrastructure: withShortNames([
        ...[main, loadBalancer, ...compilers].map((host) => host.fqdn),
        ...Object.values(others).flatMap((host: HostArgs | undefined) => host?.fqdn ?? []),
        ...plannedCompilers,
      ]),
    },
    { parent },
  );
}

/** What the other hosts need to get their certificates. */
export function certificateArgs(
  { args, distribution }: InfrastructureContext,
  authority: CertificateAuthority,
  main: MainServer,
): AuthorityArgs {
  return {
    mainHost: args.hosts.main,
    distribution,
    caCertificate: main.caCertificate.pem,
    infrastructureKey: authority.infrastructureKey,
  };
}
