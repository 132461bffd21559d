import { CertificateAuthority } from "../certificate-authority/certificate-authority.js";
import type { AuthorityArgs } from "../certificates/args.js";
import type { HostArgs } from "../../hosts/host.js";
import { webhookCertname } from "../../templates/webhook/webhook.js";
import type { MainServer } from "../main-server/main-server.js";
import { withShortNames, type InfrastructureContext } from "./context.js";
import { trustedNames } from "./trusted-names.js";

/** The certificate authority, which the main server runs. */
export function deployAuthority(context: InfrastructureContext): CertificateAuthority {
  const { name, parent, args, distribution, caNames, poolNames } = context;
  const { caName, plannedCompilers } = args;
  // Hosts of every role: no agent can get any of their names.
  const { main, loadBalancer, compilers, ...others } = args.hosts;
  const services = Object.values(others).flatMap((host: HostArgs | undefined) => host?.fqdn ?? []);
  const infrastructure = [
    ...[main, loadBalancer, ...compilers].map((host) => host.fqdn),
    ...services,
  ];
  const own = new Set([...infrastructure, ...plannedCompilers, ...caNames, ...poolNames]);
  return new CertificateAuthority(
    `${name}-authority`,
    {
      distribution,
      caName,
      serviceNames: [...caNames, ...poolNames],
      subjectAltNames: caNames,
      infrastructure: [
        webhookCertname(main.fqdn),
        // Names that Puppet's own programs give a meaning.
        ...["ca", "localhost"],
        ...withShortNames([...infrastructure, ...plannedCompilers]),
      ],
      // PuppetDB accepts planned compilers already; and this host's state is the same when one is there.
      hosts: [...infrastructure, ...plannedCompilers].filter((fqdn) => fqdn !== main.fqdn),
      trusted: trustedNames(args).apply((names) => names.filter((name) => !own.has(name))),
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
    puppetServer: args.puppetServer,
  };
}
