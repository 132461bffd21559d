import * as pulumi from "@pulumi/pulumi";
import { renderAgentInstall } from "../../templates/agent/agent.js";
import type { CertificateAuthority } from "../certificate-authority/certificate-authority.js";
import type { MainServer } from "../main-server/main-server.js";
import type { InfrastructureContext } from "./context.js";

/** Script that joins a machine with the distribution as an agent; secret. */
export function agentInstallScript(
  { args }: InfrastructureContext,
  authority: CertificateAuthority,
  main: MainServer,
): pulumi.Output<string> {
  const { distribution, puppetServer, caServer, fileServer } = args;
  return pulumi
    .all([main.caCertificate.fingerprint, pulumi.secret(authority.agentKey)])
    .apply(([caFingerprint, presharedKey]) =>
      renderAgentInstall({
        distribution,
        server: puppetServer,
        caServer,
        direct: [...new Set([puppetServer, caServer, fileServer])],
        caFingerprint,
        presharedKey,
      }),
    );
}
