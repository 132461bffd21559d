import * as pulumi from "@pulumi/pulumi";
import type { Distribution } from "../distributions/index.js";
import type { HostsByRole } from "../hosts/host.js";
import { renderAgentInstall } from "../templates/agent/agent.js";
import { poolPort } from "../templates/code-deployment/code-deployment.js";
import { CertificateAuthority } from "./certificate-authority.js";
import { CompilerPool } from "./compiler-pool.js";
import { deployCode, type CodeSettings, type DeployedCode } from "./deployed-code.js";
import { LoadBalancer } from "./load-balancer.js";
import { MainServer } from "./main-server.js";
import { puppetdbMemory, type PuppetDbSizingArgs } from "./puppetdb-sizing.js";
import { PuppetDb, puppetdbUrl, type PostgresqlArgs, type Retention } from "./puppetdb.js";
import type { PuppetDbClient } from "./server-state.js";
import type { SizingArgs } from "./sizing.js";

/** What a {@link PuppetInfrastructure} takes. */
export interface PuppetInfrastructureArgs {
  /** The hosts by role; each must be another machine. */
  hosts: HostsByRole;
  /**
   * Certificate names of compilers there may be later. Agents cannot have them, and PuppetDB knows them already,
   * so that it need not hear of a compiler that is added.
   */
  plannedCompilers: readonly string[];
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
  /** How Puppet servers use PuppetDB, and how PuppetDB is made where a host is given for it. */
  puppetdb: PuppetDbSettings;
  /** Where PuppetDB's database is. */
  postgresql: PostgresqlArgs;
  /** How code gets from Git to every server; with the tool `none`, it does not. */
  codeDeployment: CodeSettings;
  /** TCP port of the webhook on the main server. */
  webhookPort: number;
}

/** Settings of PuppetDB, and of those who use it. */
export interface PuppetDbSettings extends PuppetDbClient, Retention, PuppetDbSizingArgs {
  /** Further PuppetDBs, as `https://NAME:PORT`; Puppet servers use them when the environment's own is away. */
  serverUrls: readonly string[];
}

/**
 * The load-balanced Puppet architecture: a main server with the certificate authority, PuppetDB, compilers, and
 * HAProxy before them.
 */
export class PuppetInfrastructure extends pulumi.ComponentResource {
  readonly pool: CompilerPool;
  readonly loadBalancer: LoadBalancer;
  /** PuppetDB, where a host is given for it. */
  readonly puppetdb?: PuppetDb;
  /** Code deployment and its webhook, unless the tool is `none`. */
  readonly code?: DeployedCode;
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
        infrastructure: withShortNames([
          ...[hosts.main, hosts.loadBalancer, ...hosts.compilers].map((host) => host.fqdn),
          ...(hosts.puppetdb === undefined ? [] : [hosts.puppetdb.fqdn]),
          ...args.plannedCompilers,
        ]),
      },
      { parent: this },
    );
    const puppetdb = puppetdbClientOf(args);
    const { tool } = args.codeDeployment;
    const deployedCode = tool !== "none";
    const beside = hosts.puppetdb?.fqdn === hosts.main.fqdn;
    const main = new MainServer(
      hosts.main.name,
      {
        host: hosts.main,
        distribution,
        authority,
        caServer,
        subjectAltNames: caNames,
        sizing: args.mainServer,
        puppetdb,
        deployedCode,
        reservedMemory: beside ? puppetdbMemory(hosts.main.memory, true) : 0,
      },
      { parent: this },
    );
    const certificates = {
      mainHost: hosts.main,
      distribution,
      caCertificate: main.caCertificate.pem,
      infrastructureKey: authority.infrastructureKey,
    };
    if (hosts.puppetdb !== undefined) {
      this.puppetdb = new PuppetDb(
        beside ? `${hosts.main.name}-puppetdb` : hosts.puppetdb.name,
        {
          ...certificates,
          ...args.puppetdb,
          host: hosts.puppetdb,
          caServer,
          servers: [
            ...[hosts.main, ...hosts.compilers].map((host) => host.fqdn),
            ...args.plannedCompilers,
          ],
          postgresql: args.postgresql,
          sizing: args.puppetdb,
        },
        { parent: this, dependsOn: main },
      );
    }
    this.pool = new CompilerPool(
      `${name}-compilers`,
      {
        ...certificates,
        hosts: hosts.compilers,
        caServer,
        subjectAltNames: poolNames,
        sizing: args.compiler,
        puppetdb,
        deployedCode,
      },
      // A catalog that collects exported resources cannot be compiled without PuppetDB: where it is new, compilers
      // turn to it once it serves.
      { parent: this, dependsOn: this.puppetdb ?? main },
    );
    if (tool !== "none") {
      this.code = deployCode(
        name,
        { ...args, settings: { ...args.codeDeployment, tool }, main, pool: this.pool },
        this,
      );
    }
    this.loadBalancer = new LoadBalancer(
      hosts.loadBalancer.name,
      {
        host: hosts.loadBalancer,
        distribution,
        puppetServer,
        caCertificate: certificates.caCertificate,
        members: this.pool.members,
        statsPort: args.statsPort,
        agentPort: deployedCode && args.codeDeployment.behind === "leave" ? poolPort : undefined,
        compileTimeout: args.compileTimeout,
      },
      // HAProxy takes a new server for healthy until its first check: it learns of compilers that serve, and that
      // serve the newest code.
      { parent: this, dependsOn: [this.pool, ...(this.code ? [this.code.deployment] : [])] },
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

/** How the servers reach PuppetDB: the environment's own first. */
function puppetdbClientOf(args: PuppetInfrastructureArgs): PuppetDbClient | undefined {
  const own = args.hosts.puppetdb;
  const serverUrls = [
    ...(own === undefined ? [] : [puppetdbUrl(own)]),
    ...args.puppetdb.serverUrls,
  ];
  return serverUrls.length === 0 ? undefined : { ...args.puppetdb, serverUrls };
}

/** Full names, each with its short form. */
function withShortNames(names: readonly string[]): string[] {
  return [...new Set(names.flatMap((name) => [name, name.split(".")[0] ?? name]))];
}
