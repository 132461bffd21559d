import type { Distribution } from "../../distributions/index.js";
import { renderAddRepository } from "../apt/apt.js";
import { renderCsrAttributes } from "../puppet/puppet.js";
import { agentsPort } from "../puppetserver/puppetserver.js";
import { renderTemplate } from "../render.js";

/** Values of the script that installs an agent. */
export interface AgentInstall {
  distribution: Distribution;
  /** Where agents get catalogs: the name of the load-balanced service. */
  server: string;
  /** Where agents get certificates. */
  caServer: string;
  /** Names of the infrastructure, which agents ask directly, without a proxy. */
  direct: readonly string[];
  /** SHA-256 of the CA's certificates as PEM text: 64 hexadecimal digits. */
  caFingerprint: string;
  /** The pre-shared key that the autosign policy requires from agents. */
  presharedKey: string;
  /** Seconds to wait for a certificate; 120 by default. */
  deadline?: number;
}

/** Renders the script that joins a machine with the distribution as an agent. */
export function renderAgentInstall(values: AgentInstall): string {
  const { distribution, presharedKey, ...rest } = values;
  return renderTemplate(new URL("install.sh.eta", import.meta.url), {
    deadline: 120,
    port: agentsPort,
    ...rest,
    addRepository: renderAddRepository(distribution.repository),
    paths: distribution.paths,
    confdir: distribution.paths.confdir,
    package: distribution.packages.agent,
    service: distribution.services.agent,
    csrAttributes: renderCsrAttributes({ presharedKey }),
  });
}
