import * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import { HostConfiguration, unlessMade } from "../../hosts/host-configuration.js";
import type { HostArgs } from "../../hosts/host.js";
import { packageOf } from "../../hosts/host-state.js";
import { environmentCache, environmentClasses } from "../puppet-server/authorization.js";
import {
  CaCertificate,
  type CertificateAuthority,
} from "../certificate-authority/certificate-authority.js";
import { withDistribution, withDefaults } from "../arguments.js";
import { foremanClient, type ForemanClientArgs } from "../foreman/client.js";
import {
  certificateNames,
  factsRoutes,
  serverPuppetConf,
  serverService,
  serverSettings,
  puppetdbClient,
  type PuppetDbClientArgs,
} from "../puppet-server/state.js";
import { serverSizing, type SizingArgs } from "../puppet-server/sizing.js";

/** What a {@link MainServer} takes. */
export interface MainServerArgs {
  /** The host that becomes the main server. */
  host: HostArgs;
  /** Where the packages of Puppet come from; Debian's own by default. */
  distribution?: DistributionName;
  /** The authority that this server runs. */
  authority: CertificateAuthority;
  /** Name under which all hosts reach the CA. */
  caServer: string;
  /** Further names of its certificate; the CA's service name among them. */
  subjectAltNames: string[];
  /** Workers and memory; computed from the host by default. */
  sizing?: SizingArgs;
  /** MiB of the host's memory that other services on it need; 0 by default. */
  reservedMemory?: number;
  /** How it reaches PuppetDB; without it, there is none. */
  puppetdb?: PuppetDbClientArgs;
  /** How it reaches Foreman; without it, there is none. */
  foreman?: ForemanClientArgs | undefined;
  /** Whether a smart proxy on it serves Foreman; false by default. */
  smartProxy?: boolean;
  /** Whether code deployment keeps the environments; false by default. */
  deployedCode?: boolean;
}

/** The main Puppet server: the one with the certificate authority. */
export class MainServer extends pulumi.ComponentResource {
  /** The CA's certificates, known once the server runs. */
  readonly caCertificate: CaCertificate;

  constructor(name: string, args: MainServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:MainServer", name, {}, opts);
    const { host, distribution, authority, deployedCode, smartProxy } = withDistribution(
      withDefaults(args, { deployedCode: false, smartProxy: false }),
    );
    const configuration = new HostConfiguration(
      `${name}-configuration`,
      {
        host,
        distribution,
        state: [
          ...certificateNames(distribution, host.fqdn, args.subjectAltNames),
          packageOf(distribution.packages.server),
          ...serverPuppetConf(distribution, {
            certname: host.fqdn,
            server: args.caServer,
            caServer: args.caServer,
            dnsAltNames: args.subjectAltNames,
            autosign: authority.policy,
            puppetdb: args.puppetdb,
            foreman: args.foreman,
            deployedCode,
          }),
          ...(deployedCode ? environmentCache(distribution, host.fqdn) : []),
          ...(smartProxy ? environmentClasses(distribution, host.fqdn) : []),
          ...puppetdbClient(distribution, args.puppetdb),
          ...factsRoutes(distribution, args.puppetdb, args.foreman),
          ...foremanClient(distribution, host.fqdn, args.foreman, args.puppetdb),
          ...serverSettings(distribution, {
            authority: true,
            sizing: serverSizing(
              { ...host, memory: host.memory - (args.reservedMemory ?? 0) },
              args.sizing,
            ),
          }),
          ...authority.state,
          ...serverService(distribution),
        ],
        services: unlessMade(host, [distribution.services.server]),
      },
      { parent: this },
    );
    this.caCertificate = new CaCertificate(
      `${name}-ca-certificate`,
      { host, distribution: distribution.name },
      { parent: this, dependsOn: configuration },
    );
    this.registerOutputs();
  }
}
