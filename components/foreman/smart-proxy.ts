import * as pulumi from "@pulumi/pulumi";
import { foremanPackages } from "../../distributions/foreman.js";
import type { DistributionName } from "../../distributions/index.js";
import { HostConfiguration } from "../../hosts/host-configuration.js";
import type { HostArgs } from "../../hosts/host.js";
import {
  copyOf,
  directoryOf,
  execOf,
  fileOf,
  packageOf,
  serviceOf,
  type HostState,
} from "../../hosts/host-state.js";
import {
  repositoryScript,
  renderRepository,
} from "../../templates/foreman-server/foreman-server.js";
import { agentsPort } from "../../templates/puppetserver/puppetserver.js";
import {
  renderSmartProxySettings,
  smartProxyFolder,
  smartProxyPort,
} from "../../templates/smart-proxy/smart-proxy.js";
import { withDistribution, type WithDistribution } from "../arguments.js";

/** Which packages of Foreman are taken. */
export interface ForemanPackagesArgs {
  /** URL of an APT repository with Foreman's suites and components; Foreman's own by default. */
  url?: string;
  /** ASCII-armoured public key that signs it; Foreman's own by default. */
  key?: string | undefined;
}

/** What a {@link SmartProxy} takes. */
export interface SmartProxyArgs {
  /** Host of the main server, with the CA. */
  main: HostArgs;
  /** Where the packages of Puppet come from; Debian's own by default. */
  distribution?: DistributionName;
  /** Address of Foreman, `https://NAME` or `https://NAME:PORT`. */
  foremanUrl: string;
  /** The CA's certificates, PEM. */
  caCertificate: pulumi.Input<string>;
  /** Certificates, PEM, that Foreman's own is verified with; those of the CA by default. */
  foremanCaCertificate?: pulumi.Input<string> | undefined;
  /** Where its package comes from. */
  packages?: ForemanPackagesArgs | undefined;
  /** Release of Foreman that it belongs to, such as `5.0`, which is the default. */
  version?: string;
}

/** Where the smart proxy of a main server answers Foreman. */
export const smartProxyUrl = (main: HostArgs) => `https://${main.fqdn}:${String(smartProxyPort)}`;

const service = "foreman-proxy";

/**
 * Foreman's smart proxy on the main server: through it Foreman knows environments and classes (feature Puppet), signs
 * and revokes certificates (Puppet CA), and shows its log. It lets nobody in but Foreman, by the name in its certificate.
 *
 * It shows Puppet Server the main server's own certificate, with a copy of the key: in Puppet's group it could read
 * the key of the CA as well.
 */
export class SmartProxy extends pulumi.ComponentResource {
  constructor(name: string, args: SmartProxyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:SmartProxy", name, {}, opts);
    const given = withDistribution(args);
    const { main, distribution } = given;
    new HostConfiguration(
      `${name}-configuration`,
      { host: main, distribution, state: smartProxyState(given), services: [service] },
      { parent: this },
    );
    this.registerOutputs();
  }
}

function smartProxyState(args: WithDistribution<SmartProxyArgs>): HostState {
  const { main, distribution, foremanUrl, caCertificate, foremanCaCertificate } = args;
  const { ssldir } = distribution.paths;
  const folder = `${smartProxyFolder}/tls`;
  const tls = {
    caFile: `${folder}/ca.pem`,
    certificate: `${folder}/host.pem`,
    privateKey: `${folder}/host.key`,
  };
  const notify = `Service[${service}]`;
  const theirs = { group: service, mode: "0640", notify };
  const settings = renderSmartProxySettings({
    tls,
    foremanUrl,
    puppetUrl: `https://${main.fqdn}:${String(agentsPort)}`,
  });
  return [
    ...foremanRepository(
      main.fqdn,
      args,
      "set puppet:foreman.smartProxy to false, or puppet:foreman.packages to a repository that has foreman-proxy for it",
    ),
    packageOf(service),
    directoryOf(folder, { group: service, mode: "0750" }),
    fileOf(
      tls.caFile,
      pulumi
        .all([caCertificate, foremanCaCertificate])
        .apply(([own, theirs]) => own + (theirs === undefined ? "" : `${theirs.trim()}\n`)),
      { notify },
    ),
    copyOf(tls.certificate, `${ssldir}/certs/${main.fqdn}.pem`, { notify }),
    copyOf(tls.privateKey, `${ssldir}/private_keys/${main.fqdn}.pem`, theirs),
    ...Object.entries(settings).map(([name, content]) =>
      fileOf(`${smartProxyFolder}/${name}`, content, theirs),
    ),
    serviceOf(service),
  ];
}

/** Foreman's package repository on a host, which ends with a sentence where the host cannot use it. */
export function foremanRepository(
  fqdn: string,
  args: Pick<SmartProxyArgs, "packages" | "version">,
  remedy: string,
): HostState {
  const packages = foremanPackages({ ...args.packages, version: args.version });
  const list = "/etc/apt/sources.list.d/foreman.list";
  return [
    fileOf(repositoryScript, renderRepository({ ...packages, fqdn, remedy }), { mode: "0755" }),
    execOf("add Foreman's package repository", [repositoryScript], {
      unless: `test ${list} -nt ${repositoryScript}`,
      timeout: 600,
    }),
  ];
}
