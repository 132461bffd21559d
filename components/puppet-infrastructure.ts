import * as pulumi from "@pulumi/pulumi";
import type { Distribution } from "../distributions/index.js";
import type { Host } from "../hosts/host.js";
import { renderAgentInstall } from "../templates/agent/agent.js";
import { CertificateAuthority } from "./certificate-authority.js";
import { CompilerPool } from "./compiler-pool.js";
import { LoadBalancer } from "./load-balancer.js";
import { MainServer } from "./main-server.js";
import type { SizingArgs } from "./sizing.js";

/** What a {@link PuppetInfrastructure} takes. */
export interface PuppetInfrastructureArgs {
  /** The hosts by role; each must be another machine. */
  hosts: {
    main: Host;
    loadBalancer: Host;
    /** One compiler for each host. */
    compilers: readonly Host[];
  };
  distribution: Distribution;
  /** Name that agents get catalogs from: the balancer. */
  puppetServer: string;
  /** Name that certificates are requested from: the main server. */
  caServer: string;
  /** Name that files are served under: the balancer as well. */
  fileServer: string;
  /** Subject of the certificate authority. */
  caName: string;
  /** Workers and memory of the main server; computed by default. */
  mainServer?: SizingArgs;
  /** Workers and memory of each compiler; computed by default. */
  compiler?: SizingArgs;
  /** TCP port of the balancer's statistics page. */
  statsPort: number;
  /** Seconds a catalog may take to compile. */
  compileTimeout: number;
}

/**
 * The load-balanced Puppet architecture: a main server with the certificate authority, compilers, and HAProxy
 * before them.
 */
export class PuppetInfrastructure extends pulumi.ComponentResource {
  readonly pool: CompilerPool;
  readonly loadBalancer: LoadBalancer;
  /** Script that joins a machine of the distribution as an agent; secret. Run it as root. */
  readonly agentInstall: pulumi.Output<string>;

  constructor(
    name: string,
    args: PuppetInfrastructureArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("puppet:index:PuppetInfrastructure", name, {}, opts);
    const { hosts, distribution, puppetServer, caServer, fileServer } = args;
    const caNames = withShortNames([caServer]);
    const poolNames = withShortNames([puppetServer, fileServer]);

    const authority = new CertificateAuthority(
      `${name}-authority`,
      {
        distribution,
        caName: args.caName,
        serviceNames: [...caNames, ...poolNames],
        subjectAltNames: caNames,
        infrastructure: withShortNames(
          [hosts.main, hosts.loadBalancer, ...hosts.compilers].map((host) => host.fqdn),
        ),
      },
      { parent: this },
    );
    const main = new MainServer(
      hosts.main.name,
      {
        host: hosts.main,
        distribution,
        authority,
        caServer,
        subjectAltNames: caNames,
        sizing: args.mainServer,
      },
      { parent: this },
    );
    const caCertificate = main.caCertificate.pem;
    this.pool = new CompilerPool(
      `${name}-compilers`,
      {
        hosts: hosts.compilers,
        distribution,
        mainHost: hosts.main,
        caServer,
        caCertificate,
        infrastructureKey: authority.infrastructureKey,
        subjectAltNames: poolNames,
        sizing: args.compiler,
      },
      { parent: this, dependsOn: main },
    );
    this.loadBalancer = new LoadBalancer(
      hosts.loadBalancer.name,
      {
        host: hosts.loadBalancer,
        distribution,
        puppetServer,
        caCertificate,
        members: this.pool.members,
        statsPort: args.statsPort,
        compileTimeout: args.compileTimeout,
      },
      // HAProxy takes a new server for healthy until its first check: it learns of compilers that serve.
      { parent: this, dependsOn: this.pool },
    );
    this.agentInstall = pulumi
      .all([main.caCertificate.fingerprint, pulumi.secret(authority.agentKey)])
      .apply(([caFingerprint, presharedKey]) =>
        renderAgentInstall({
          distribution,
          server: puppetServer,
          caServer,
          caFingerprint,
          presharedKey,
        }),
      );
    this.registerOutputs();
  }
}

/** Full names, each with its short form. */
function withShortNames(names: readonly string[]): string[] {
  return [...new Set(names.flatMap((name) => [name, name.split(".")[0] ?? name]))];
}
