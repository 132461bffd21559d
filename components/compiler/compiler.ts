import * as pulumi from "@pulumi/pulumi";
import { HostConfiguration, unlessMade } from "../../hosts/host-configuration.js";
import type { HostArgs } from "../../hosts/host.js";
import { packageOf, type HostState } from "../../hosts/host-state.js";
import { environmentCache } from "../puppet-server/authorization.js";
import { withDistribution, withDefaults, type WithDistribution } from "../arguments.js";
import {
  certificateRequest,
  hostCertificate,
  type AuthorityArgs,
} from "../certificates/host-certificate.js";
import { revocationListScript, revocationListTimer } from "../certificates/revocation-list.js";
import { foremanClient, type ForemanClientArgs } from "../foreman/client.js";
import {
  certificateNames,
  factsRoutes,
  puppetdbClient,
  serverPuppetConf,
  serverService,
  serverSettings,
  type PuppetDbClientArgs,
} from "../puppet-server/state.js";
import { serverSizing, type SizingArgs } from "../puppet-server/sizing.js";

/** What every compiler of a pool shares. */
export interface CompilerSettings extends AuthorityArgs {
  /** Name under which all hosts reach the CA. */
  caServer: string;
  /** Names of the balanced service, which the compiler's certificate carries; full and short ones. */
  subjectAltNames: string[];
  /** Workers and memory; computed from the host by default. */
  sizing?: SizingArgs;
  /** How it reaches PuppetDB; without it, there is none. */
  puppetdb?: PuppetDbClientArgs;
  /** How it reaches Foreman; without it, there is none. */
  foreman?: ForemanClientArgs | undefined;
  /** Whether code deployment keeps the environments; false by default. */
  deployedCode?: boolean;
}

/** What a {@link Compiler} takes. */
export interface CompilerArgs extends CompilerSettings {
  /** The host that becomes a compiler. */
  host: HostArgs;
}

/** Name of the script and units that fetch the revocation list. */
const crlRefresh = "puppet-crl-refresh";

/** A Puppet Server without a CA: it compiles catalogs and serves files. Removing it revokes its certificate. */
export class Compiler extends pulumi.ComponentResource {
  constructor(name: string, args: CompilerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:Compiler", name, {}, opts);
    const given = withDistribution(withDefaults(args, { deployedCode: false }));
    const { host, distribution } = given;

    const certificate = hostCertificate(`${name}-certificate`, given, this);
    new HostConfiguration(
      `${name}-configuration`,
      {
        host,
        distribution,
        state: compilerState(given),
        services: unlessMade(host, [distribution.services.server, `${crlRefresh}.timer`]),
      },
      { parent: this, dependsOn: certificate },
    );
    this.registerOutputs();
  }
}

function compilerState(
  args: WithDistribution<CompilerArgs> & { deployedCode: boolean },
): HostState {
  const { host, distribution, caServer } = args;
  const { paths, users } = distribution;
  const list = `${paths.ssldir}/crl.pem`;
  const caFile = `${paths.ssldir}/certs/ca.pem`;
  return [
    ...certificateNames(distribution, host.fqdn, args.subjectAltNames),
    packageOf(distribution.packages.server),
    ...serverPuppetConf(distribution, {
      certname: host.fqdn,
      // Not through the balancer: a broken pool must not keep its members from being repaired.
      server: caServer,
      caServer,
      dnsAltNames: args.subjectAltNames,
      puppetdb: args.puppetdb,
      foreman: args.foreman,
      deployedCode: args.deployedCode,
    }),
    ...(args.deployedCode ? environmentCache(distribution, host.fqdn) : []),
    ...puppetdbClient(distribution, args.puppetdb),
    ...factsRoutes(distribution, args.puppetdb, args.foreman),
    ...foremanClient(distribution, host.fqdn, args.foreman, args.puppetdb),
    ...serverSettings(distribution, {
      authority: false,
      sizing: serverSizing(host, args.sizing),
    }),
    // Without its certificate the server would not start: with the CA off it makes none.
    ...certificateRequest(args, users.puppet),
    ...revocationListScript({ name: crlRefresh, list, caFile, caServer }),
    // Puppet Server watches the file and loads a new one within a second.
    ...revocationListTimer({ name: crlRefresh, user: users.puppet }),
    ...serverService(distribution),
  ];
}
