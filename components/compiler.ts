import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Distribution } from "../distributions/index.js";
import { HostConfiguration } from "../hosts/host-configuration.js";
import type { Host } from "../hosts/host.js";
import {
  directoryOf,
  execOf,
  fileOf,
  packageOf,
  serviceOf,
  type HostState,
} from "../hosts/host-state.js";
import { renderCrlRefresh, renderCrlService, renderCrlTimer } from "../templates/crl/crl.js";
import { renderCsrAttributes } from "../templates/puppet/puppet.js";
import { renderCleanCertificate } from "../templates/puppetserver/puppetserver.js";
import {
  certificateNames,
  serverPuppetConf,
  serverService,
  serverSettings,
} from "./server-state.js";
import { serverSizing, type SizingArgs } from "./sizing.js";

/** What every compiler of a pool shares. */
export interface CompilerSettings {
  distribution: Distribution;
  /** Host of the main server, where a removed compiler's certificate is revoked. */
  mainHost: Host;
  /** Name under which all hosts reach the CA. */
  caServer: string;
  /** The CA's certificates, PEM: trusted from the first connection on. */
  caCertificate: pulumi.Input<string>;
  /** The key that gets an infrastructure host's certificate signed. */
  infrastructureKey: pulumi.Input<string>;
  /** Names of the balanced service, which the compiler's certificate carries. */
  subjectAltNames: readonly string[];
  /** Workers and memory; computed from the host by default. */
  sizing?: SizingArgs;
}

/** What a {@link Compiler} takes. */
export interface CompilerArgs extends CompilerSettings {
  host: Host;
}

/** Seconds between two fetches of the revocation list. */
const crlInterval = 15;

/** A Puppet Server without a CA: it compiles catalogs and serves files. Removing it revokes its certificate. */
export class Compiler extends pulumi.ComponentResource {
  constructor(name: string, args: CompilerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:Compiler", name, {}, opts);
    const { host, distribution, mainHost } = args;

    // A certificate left from an earlier machine of the name would refuse the new one's key; one whose
    // machine is gone must no longer be accepted.
    const clean = renderCleanCertificate(distribution, host.fqdn);
    const certificate = new command.remote.Command(
      `${name}-certificate`,
      {
        connection: mainHost.connection,
        create: clean,
        delete: clean,
        triggers: [host.identity],
        addPreviousOutputInEnv: false,
      },
      // The old certificate goes before the new machine asks for its own. With the CA itself gone, it is void.
      {
        parent: this,
        deleteBeforeReplace: true,
        deletedWith: mainHost.machine,
      },
    );

    new HostConfiguration(
      `${name}-configuration`,
      { host, distribution, state: compilerState(args) },
      { parent: this, dependsOn: certificate },
    );
    this.registerOutputs();
  }
}

function compilerState(args: CompilerArgs): HostState {
  const { host, distribution, caServer } = args;
  const { paths, users } = distribution;
  const puppetOwned = { owner: users.puppet, group: users.puppet };
  return [
    ...certificateNames(distribution, host.fqdn, args.subjectAltNames),
    packageOf(distribution.packages.server),
    ...serverPuppetConf(distribution, {
      certname: host.fqdn,
      // Not through the balancer: a broken pool must not keep its members from being repaired.
      server: caServer,
      caServer,
      dnsAltNames: args.subjectAltNames,
    }),
    ...serverSettings(distribution, {
      authority: false,
      sizing: serverSizing(host, args.sizing),
    }),
    fileOf(
      `${paths.confdir}/csr_attributes.yaml`,
      pulumi
        .output(args.infrastructureKey)
        .apply((presharedKey) => renderCsrAttributes({ presharedKey })),
      { mode: "0600", sensitive: true },
    ),
    directoryOf(paths.ssldir, { ...puppetOwned, mode: "0771" }),
    directoryOf(`${paths.ssldir}/certs`, puppetOwned),
    fileOf(`${paths.ssldir}/certs/ca.pem`, args.caCertificate, puppetOwned),
    // Without its certificate the server would not start: with the CA off it makes none.
    execOf(
      `request the certificate of ${host.fqdn}`,
      [paths.puppet, "ssl", "bootstrap", "--waitforcert", "5", "--maxwaitforcert", "120"],
      { creates: `${paths.ssldir}/certs/${host.fqdn}.pem` },
    ),
    packageOf("curl"),
    fileOf(
      "/usr/local/sbin/puppet-crl-refresh",
      renderCrlRefresh({ ssldir: paths.ssldir, caServer }),
      { mode: "0755" },
    ),
    fileOf(
      "/etc/systemd/system/puppet-crl-refresh.service",
      renderCrlService({ user: users.puppet }),
    ),
    fileOf(
      "/etc/systemd/system/puppet-crl-refresh.timer",
      renderCrlTimer({ interval: crlInterval }),
      {
        notify: "Service[puppet-crl-refresh.timer]",
      },
    ),
    serviceOf("puppet-crl-refresh.timer"),
    ...serverService(distribution),
  ];
}
