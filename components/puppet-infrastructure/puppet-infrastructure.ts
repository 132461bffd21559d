import * as pulumi from "@pulumi/pulumi";
import { renderAgentInstall } from "../../templates/agent/agent.js";
import { poolPort } from "../../templates/code-deployment/code-deployment.js";
import { CertificateAuthority } from "../certificate-authority/certificate-authority.js";
import { CodeTool } from "../choices.js";
import { CompilerPool, type PoolMember } from "../compiler/compiler-pool.js";
import { defaults } from "../defaults.js";
import { deployCode } from "./code.js";
import { deployForeman } from "./foreman.js";
import { Hdm, HdmImage } from "../hdm/hdm.js";
import {
  withAllDefaults,
  foremanClientOf,
  hdmOf,
  puppetdbClientOf,
  type PuppetInfrastructureArgs,
} from "./args.js";
import { LoadBalancer } from "../load-balancer/load-balancer.js";
import { MainServer } from "../main-server/main-server.js";
import { puppetdbMemory } from "../puppetdb/sizing.js";
import { PuppetDb } from "../puppetdb/puppetdb.js";

/**
 * The load-balanced Puppet architecture: a main server with the certificate authority, PuppetDB, compilers, and
 * HAProxy before them.
 */
export class PuppetInfrastructure extends pulumi.ComponentResource {
  /** Name that agents get catalogs from. */
  readonly puppetServer: string;
  /** Name that certificates are requested from. */
  readonly caServer: string;
  /** The CA's certificates, PEM. */
  readonly caCertificate: pulumi.Output<string>;
  /** The key that gets an infrastructure host's certificate signed; secret. For compilers of other stacks. */
  readonly infrastructureKey: pulumi.Output<string>;
  /** The compilers, in the order of their hosts. */
  readonly compilers: pulumi.Output<PoolMember[]>;
  /** PuppetDB for Puppet servers, where a host is given for it. */
  readonly puppetdbUrl?: string;
  /** PuppetDB for people and tools. */
  readonly puppetdbQueryUrl?: string;
  /** Foreman's address, where there is one. */
  readonly foremanUrl?: string;
  /** Password that the first user of a Foreman of its own begins with; secret. */
  readonly foremanAdminPassword?: pulumi.Output<string>;
  /** Where Git servers send pushes, unless the tool is `none`. */
  readonly webhookUrl?: string;
  /** Key of the pushes' signatures; secret. */
  readonly webhookSecret?: pulumi.Output<string>;
  /** Public key that Git servers must let read the control repositories. */
  readonly codeDeployKey?: pulumi.Output<string>;
  /** The balancer's statistics page; `/metrics` beside it is for Prometheus. */
  readonly statsUrl: pulumi.Output<string>;
  /** Name for the statistics page. */
  readonly statsUser: string;
  /** Password for the statistics page; secret. */
  readonly statsPassword: pulumi.Output<string>;
  /** HDM, where a host is given for it. */
  readonly hdmUrl?: pulumi.Output<string>;
  /** Password of HDM's user `admin`, until he changes it; secret. */
  readonly hdmAdminPassword?: pulumi.Output<string>;
  /** Script that joins a machine of the distribution as an agent; secret. Run it as root. */
  readonly agentInstall: pulumi.Output<string>;

  constructor(
    name: string,
    args: PuppetInfrastructureArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("puppet:index:PuppetInfrastructure", name, {}, opts);
    const given = withAllDefaults(args);
    const browsed = hdmOf(given);
    const { hosts, puppetServer, caServer, fileServer } = given;
    // By its name, as all components take it.
    const distribution = given.distribution.name;
    const caNames = withShortNames([caServer]);
    const poolNames = withShortNames([puppetServer, fileServer]);

    const authority = new CertificateAuthority(
      `${name}-authority`,
      {
        distribution,
        caName: given.caName,
        serviceNames: [...caNames, ...poolNames],
        subjectAltNames: caNames,
        infrastructure: withShortNames([
          ...[hosts.main, hosts.loadBalancer, ...hosts.compilers].map((host) => host.fqdn),
          ...[hosts.puppetdb, hosts.foreman, hosts.hdm].flatMap((host) => host?.fqdn ?? []),
          ...given.plannedCompilers,
        ]),
      },
      { parent: this },
    );
    const puppetdb = puppetdbClientOf(given);
    const foreman = foremanClientOf(given);
    const { tool } = given.codeDeployment;
    const deployedCode = tool !== CodeTool.None;
    const beside = hosts.puppetdb?.fqdn === hosts.main.fqdn;
    const main = new MainServer(
      hosts.main.name,
      {
        host: hosts.main,
        distribution,
        authority,
        caServer,
        subjectAltNames: caNames,
        sizing: given.mainServer,
        puppetdb,
        foreman,
        smartProxy:
          foreman !== undefined && (given.foreman?.smartProxy ?? defaults.foremanSmartProxy),
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
    let ownPuppetdb: PuppetDb | undefined;
    if (hosts.puppetdb !== undefined) {
      ownPuppetdb = new PuppetDb(
        beside ? `${hosts.main.name}-puppetdb` : hosts.puppetdb.name,
        {
          ...certificates,
          ...given.puppetdb,
          host: hosts.puppetdb,
          caServer,
          servers: [
            ...[hosts.main, ...hosts.compilers].map((host) => host.fqdn),
            ...given.plannedCompilers,
          ],
          postgresql: given.postgresql,
          sizing: given.puppetdb,
          readers: browsed === undefined ? [] : [browsed.host.fqdn],
        },
        { parent: this, dependsOn: main },
      );
    }
    const deployedForeman =
      foreman &&
      deployForeman(
        name,
        {
          ...{ hosts, distribution, certificates, caServer, deployedCode },
          client: foreman,
          settings: given.foreman ?? {},
        },
        main,
        this,
      );
    const pool = new CompilerPool(
      `${name}-compilers`,
      {
        ...certificates,
        hosts: hosts.compilers,
        caServer,
        subjectAltNames: poolNames,
        sizing: given.compiler,
        puppetdb,
        foreman,
        deployedCode,
      },
      // A catalog that collects exported resources cannot be compiled without PuppetDB: where it is new, compilers
      // turn to it once it serves. Foreman knows of a compiler before that asks.
      {
        parent: this,
        dependsOn: [
          ownPuppetdb ?? main,
          ...(deployedForeman === undefined ? [] : [deployedForeman.registration]),
        ],
      },
    );
    const hdmImage =
      browsed &&
      new HdmImage(
        `${browsed.host.name}-image`,
        { ...browsed.settings, host: browsed.host, distribution },
        { parent: this },
      );
    const code =
      tool === CodeTool.None
        ? undefined
        : deployCode(
            name,
            {
              hosts,
              copies: browsed && hdmImage ? [{ host: browsed.host, dependsOn: hdmImage }] : [],
              distribution,
              settings: { ...given.codeDeployment, tool },
              webhookPort: given.webhookPort,
              main,
              pool,
            },
            this,
          );
    const loadBalancer = new LoadBalancer(
      hosts.loadBalancer.name,
      {
        host: hosts.loadBalancer,
        distribution,
        puppetServer,
        caCertificate: certificates.caCertificate,
        members: pool.members,
        statsPort: given.statsPort,
        agentPort: deployedCode && given.codeDeployment.behind === "leave" ? poolPort : undefined,
        compileTimeout: given.compileTimeout,
      },
      // HAProxy takes a new server for healthy until its first check: it learns of compilers that serve, and that
      // serve the newest code.
      { parent: this, dependsOn: [pool, ...(code ? [code.deployment] : [])] },
    );
    const hdm =
      browsed &&
      ownPuppetdb &&
      new Hdm(
        browsed.host.name,
        {
          ...certificates,
          ...browsed.settings,
          host: browsed.host,
          caServer,
          queryUrl: ownPuppetdb.queryUrl,
        },
        { parent: this, dependsOn: [ownPuppetdb, ...(code?.copies ?? [])] },
      );
    this.puppetServer = puppetServer;
    this.caServer = caServer;
    this.caCertificate = main.caCertificate.pem;
    this.infrastructureKey = authority.infrastructureKey;
    this.compilers = pool.members;
    this.puppetdbUrl = ownPuppetdb?.url;
    this.puppetdbQueryUrl = ownPuppetdb?.queryUrl;
    this.foremanUrl = foreman?.url;
    this.foremanAdminPassword = deployedForeman?.own?.adminPassword;
    this.webhookUrl = code?.webhook.url;
    this.webhookSecret = code?.webhook.secret;
    this.codeDeployKey = code?.deployKey;
    this.hdmUrl = hdm?.url;
    this.hdmAdminPassword = hdm?.adminPassword;
    this.statsUrl = loadBalancer.statsUrl;
    this.statsUser = loadBalancer.statsUser;
    this.statsPassword = loadBalancer.statsPassword;
    this.agentInstall = pulumi
      .all([main.caCertificate.fingerprint, pulumi.secret(authority.agentKey)])
      .apply(([caFingerprint, presharedKey]) =>
        renderAgentInstall({
          distribution: given.distribution,
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
