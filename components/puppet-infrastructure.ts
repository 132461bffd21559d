import * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../distributions/index.js";
import type { HostsArgs } from "../hosts/host.js";
import { renderAgentInstall } from "../templates/agent/agent.js";
import { poolPort } from "../templates/code-deployment/code-deployment.js";
import { CertificateAuthority } from "./certificate-authority.js";
import { CodeTool } from "./choices.js";
import { CompilerPool, type PoolMember } from "./compiler-pool.js";
import { oneOf, placed, withDefaults } from "./arguments.js";
import { defaults, fullName } from "./defaults.js";
import { deployCode, type CodeSettings, type DeployedCode } from "./deployed-code.js";
import { LoadBalancer } from "./load-balancer.js";
import { MainServer } from "./main-server.js";
import { puppetdbMemory, type PuppetDbSizingArgs } from "./puppetdb-sizing.js";
import { PuppetDb, puppetdbUrl, type PostgresqlArgs, type Retention } from "./puppetdb.js";
import type { PuppetDbClientArgs, PuppetDbUse } from "./server-state.js";
import type { SizingArgs } from "./sizing.js";

/** What a {@link PuppetInfrastructure} takes. */
export interface PuppetInfrastructureArgs {
  /** The hosts by role; each must be another machine, but PuppetDB's, which may be the main server's. */
  hosts: HostsArgs;
  /**
   * Certificate names of compilers there may be later; none by default. Agents cannot have them, and PuppetDB knows
   * them already, so that it need not hear of a compiler that is added, here or by another stack.
   */
  plannedCompilers?: string[];
  /** Where the packages of Puppet come from, the same on all hosts; Debian's own by default. */
  distribution?: DistributionName;
  /**
   * Name that agents get catalogs from: the balancer. Without a dot it is in the domain of the main server, as are the
   * next two; `puppet` by default.
   */
  puppetServer?: string;
  /** Name that certificates are requested from: the main server; `puppetca` by default. */
  caServer?: string;
  /** Name that files are served under: the balancer as well; `puppetfiles` by default. */
  fileServer?: string;
  /** Subject of the certificate authority, fixed once it is set up; `Puppet CA` by default. */
  caName?: string;
  /** Workers and memory of the main server; computed by default. */
  mainServer?: SizingArgs;
  /** Workers and memory of each compiler; computed by default. */
  compiler?: SizingArgs;
  /** TCP port of the balancer's statistics page; 8404 by default. */
  statsPort?: number;
  /** Seconds a catalog may take to compile; 900 by default. */
  compileTimeout?: number;
  /** How Puppet servers use PuppetDB, and how PuppetDB is made where a host is given for it. */
  puppetdb?: PuppetDbSettings;
  /** Where PuppetDB's database is; in a PostgreSQL on PuppetDB's host by default. */
  postgresql?: PostgresqlArgs;
  /**
   * How code gets from Git to every server: by default with r10k, from a repository that the main server keeps; with
   * the tool `none`, it does not.
   */
  codeDeployment?: CodeSettings;
  /** TCP port of the webhook on the main server; 9000 by default. */
  webhookPort?: number;
}

/** Settings of PuppetDB, and of those who use it. */
export interface PuppetDbSettings extends PuppetDbUse, Retention, PuppetDbSizingArgs {
  /** Further PuppetDBs, as `https://NAME:PORT`; Puppet servers use them when the environment's own is away. */
  serverUrls?: string[];
}

/** The components of an infrastructure. */
interface Parts {
  pool: CompilerPool;
  loadBalancer: LoadBalancer;
  puppetdb: PuppetDb | undefined;
  code: DeployedCode | undefined;
}

/** Beside the class, whose every field is an output in other languages; these cannot be. */
const partsOf = new WeakMap<PuppetInfrastructure, Parts>();

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
  /** Where Git servers send pushes, unless the tool is `none`. */
  readonly webhookUrl?: string;
  /** Key of the pushes' signatures; secret. */
  readonly webhookSecret?: pulumi.Output<string>;
  /** Public key that Git servers must let read the control repositories. */
  readonly codeDeployKey?: pulumi.Output<string>;
  /** The balancer's statistics page; `/metrics` beside it is for Prometheus. */
  readonly statsUrl: pulumi.Output<string>;
  /** Password for the statistics page, for the user `admin`; secret. */
  readonly statsPassword: pulumi.Output<string>;
  /** Script that joins a machine of the distribution as an agent; secret. Run it as root. */
  readonly agentInstall: pulumi.Output<string>;

  constructor(
    name: string,
    args: PuppetInfrastructureArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("puppet:index:PuppetInfrastructure", name, {}, opts);
    const given = completed(args);
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
          ...(hosts.puppetdb === undefined ? [] : [hosts.puppetdb.fqdn]),
          ...given.plannedCompilers,
        ]),
      },
      { parent: this },
    );
    const puppetdb = puppetdbClientOf(given);
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
        },
        { parent: this, dependsOn: main },
      );
    }
    const pool = new CompilerPool(
      `${name}-compilers`,
      {
        ...certificates,
        hosts: hosts.compilers,
        caServer,
        subjectAltNames: poolNames,
        sizing: given.compiler,
        puppetdb,
        deployedCode,
      },
      // A catalog that collects exported resources cannot be compiled without PuppetDB: where it is new, compilers
      // turn to it once it serves.
      { parent: this, dependsOn: ownPuppetdb ?? main },
    );
    const code =
      tool === CodeTool.None
        ? undefined
        : deployCode(
            name,
            {
              hosts,
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
    this.puppetServer = puppetServer;
    this.caServer = caServer;
    this.caCertificate = main.caCertificate.pem;
    this.infrastructureKey = authority.infrastructureKey;
    this.compilers = pool.members;
    this.puppetdbUrl = ownPuppetdb?.url;
    this.puppetdbQueryUrl = ownPuppetdb?.queryUrl;
    this.webhookUrl = code?.webhook.url;
    this.webhookSecret = code?.webhook.secret;
    this.codeDeployKey = code?.deployKey;
    this.statsUrl = loadBalancer.statsUrl;
    this.statsPassword = loadBalancer.statsPassword;
    partsOf.set(this, { pool, loadBalancer, puppetdb: ownPuppetdb, code });
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

  get pool(): CompilerPool {
    return this.parts.pool;
  }

  get loadBalancer(): LoadBalancer {
    return this.parts.loadBalancer;
  }

  /** PuppetDB, where a host is given for it. */
  get puppetdb(): PuppetDb | undefined {
    return this.parts.puppetdb;
  }

  /** Code deployment and its webhook, unless the tool is `none`. */
  get code(): DeployedCode | undefined {
    return this.parts.code;
  }

  private get parts(): Parts {
    const parts = partsOf.get(this);
    if (parts === undefined) throw new Error("The components are not made yet.");
    return parts;
  }
}

/** The arguments with their defaults. */
function completed(args: PuppetInfrastructureArgs) {
  const { caName, statsPort, compileTimeout, webhookPort } = defaults;
  const { puppetServer, caServer, fileServer } = withDefaults(args, {
    puppetServer: defaults.puppetServer,
    caServer: defaults.caServer,
    fileServer: defaults.fileServer,
  });
  const [, ...domain] = args.hosts.main.fqdn.split(".");
  const inDomain = (name: string) => fullName(name, domain.join("."));
  const codeDeployment = withDefaults(args.codeDeployment ?? {}, {
    tool: defaults.codeDeployment.tool,
  });
  oneOf("codeDeployment.tool", codeDeployment.tool, CodeTool);
  return placed({
    ...withDefaults(args, {
      plannedCompilers: [],
      caName,
      statsPort,
      compileTimeout,
      webhookPort,
      puppetdb: {},
      postgresql: {},
    }),
    puppetServer: inDomain(puppetServer),
    caServer: inDomain(caServer),
    fileServer: inDomain(fileServer),
    codeDeployment,
  });
}

/** How the servers reach PuppetDB: the environment's own first. */
function puppetdbClientOf(
  args: Pick<PuppetInfrastructureArgs, "hosts"> & { puppetdb: PuppetDbSettings },
): PuppetDbClientArgs | undefined {
  const own = args.hosts.puppetdb;
  const serverUrls = [
    ...(own === undefined ? [] : [puppetdbUrl(own)]),
    ...(args.puppetdb.serverUrls ?? []),
  ];
  return serverUrls.length === 0 ? undefined : { ...args.puppetdb, serverUrls };
}

/** Full names, each with its short form. */
function withShortNames(names: readonly string[]): string[] {
  return [...new Set(names.flatMap((name) => [name, name.split(".")[0] ?? name]))];
}
