import type { CertificateAuthority } from "../certificate-authority/certificate-authority.js";
import { defaults } from "../defaults.js";
import { MainServer } from "../main-server/main-server.js";
import { puppetdbMemory } from "../puppetdb/sizing.js";
import type { InfrastructureContext } from "./context.js";

/** The main server, which runs the certificate authority. */
export function deployMainServer(
  context: InfrastructureContext,
  authority: CertificateAuthority,
): MainServer {
  const { parent, args, distribution, foremanClient } = context;
  const { main } = args.hosts;
  return new MainServer(
    main.name,
    {
      host: main,
      distribution,
      authority,
      caServer: args.caServer,
      subjectAltNames: context.caNames,
      sizing: args.mainServer,
      puppetdb: context.puppetdbClient,
      foreman: foremanClient,
      smartProxy:
        foremanClient !== undefined && (args.foreman?.smartProxy ?? defaults.foremanSmartProxy),
      deployedCode: context.deployedCode,
      controlRepository:
        context.deployedCode && Object.keys(args.codeDeployment.sources ?? {}).length === 0,
      eyaml: args.eyaml,
      serverGems: args.serverGems,
      reports: args.reports,
      reservedMemory: context.puppetdbOnMainServer ? puppetdbMemory(main.memory, true) : 0,
    },
    { parent },
  );
}
