import * as pulumi from "@pulumi/pulumi";
import type { PoolMember } from "../compiler/args.js";
import { agentInstallScript } from "./agent-install.js";
import type { PuppetInfrastructureArgs } from "./args.js";
import { certificateArgs, deployAuthority } from "./authority.js";
import type { RepositoryKey } from "../code-deployment/identity.js";
import { deployCode } from "./code.js";
import { deployCompilers } from "./compilers.js";
import { contextOf } from "./context.js";
import { deployForeman } from "./foreman.js";
import { dismissFormerCompilers } from "./former-compilers.js";
import { deployHdm, deployHdmImage } from "./hdm.js";
import { deployLoadBalancer } from "./load-balancer.js";
import { deployMainServer } from "./main-server.js";
import { deployPuppetDb } from "./puppetdb.js";
import { verifyServices } from "./verification.js";

/**
 * The load-balanced Puppet architecture: a main server with the certificate authority (CA), PuppetDB, compilers, and
 * HAProxy in front of them.
 */
export class PuppetInfrastructure extends pulumi.ComponentResource {
  /** Name that agents get catalogs from. */
  readonly puppetServer: string;
  /** Name that certificates are requested from. */
  readonly caServer: string;
  /** The CA's certificates, PEM. */
  readonly caCertificate: pulumi.Output<string>;
  /** Key that the hosts' pre-shared keys are derived from, for compilers of other stacks; secret. */
  readonly infrastructureKey: pulumi.Output<string>;
  /** The compilers, in the order of their hosts. */
  readonly compilers: pulumi.Output<PoolMember[]>;
  /** PuppetDB's address for Puppet servers, where it has a host. */
  readonly puppetdbUrl?: string;
  /** PuppetDB's read-only address, for people and tools. */
  readonly puppetdbQueryUrl?: string;
  /** Foreman's address, where there is one. */
  readonly foremanUrl?: string;
  /** Initial password of the first user of a Foreman with a host; secret. */
  readonly foremanAdminPassword?: pulumi.Output<string>;
  /** URL that Git servers send pushes to, unless the tool is `none`. */
  readonly webhookUrl?: string;
  /** Key of the pushes' signatures; secret. */
  readonly webhookSecret?: pulumi.Output<string>;
  /** Public key to add to Git servers as a read-only deploy key for the control repositories. */
  readonly codeDeployKey?: pulumi.Output<string>;
  /** Public keys of `codeDeployment.credentials` by name, each with the URL that it is for. */
  readonly codeDeployKeys?: pulumi.Output<Record<string, RepositoryKey>>;
  /** URL of the load balancer's statistics page; Prometheus's metrics are at `/metrics` on the same port. */
  readonly statsUrl: pulumi.Output<string>;
  /** User name for the statistics page. */
  readonly statsUser: string;
  /** Password for the statistics page; secret. */
  readonly statsPassword: pulumi.Output<string>;
  /** HDM's address, where it has a host. */
  readonly hdmUrl?: pulumi.Output<string>;
  /** Initial password of HDM's user `admin`; secret. */
  readonly hdmAdminPassword?: pulumi.Output<string>;
  /** Script that joins a machine of the distribution as an agent; secret. Run it as root. */
  readonly agentInstall: pulumi.Output<string>;

  constructor(
    name: string,
    args: PuppetInfrastructureArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("puppet:index:PuppetInfrastructure", name, {}, opts);
    const context = contextOf(name, args, this);

    const authority = deployAuthority(context);
    const main = deployMainServer(context, authority);
    const certificates = certificateArgs(context, authority, main);
    const puppetdb = deployPuppetDb(context, { main, certificates });
    const foreman = deployForeman(context, { main, certificates });
    const compilers = deployCompilers(context, { main, certificates, puppetdb, foreman });
    const hdmImage = deployHdmImage(context, { main });
    const code = deployCode(context, { main, compilers, hdmImage });
    const loadBalancer = deployLoadBalancer(context, { certificates, compilers, code });
    dismissFormerCompilers(context, { puppetdb, foreman, loadBalancer });
    const hdm = deployHdm(context, { certificates, puppetdb, code });
    verifyServices(context, { main, puppetdb, compilers, loadBalancer });

    this.puppetServer = context.args.puppetServer;
    this.caServer = context.args.caServer;
    this.caCertificate = main.caCertificate.pem;
    this.infrastructureKey = authority.infrastructureKey;
    this.compilers = compilers.members;
    this.puppetdbUrl = puppetdb?.url;
    this.puppetdbQueryUrl = puppetdb?.queryUrl;
    this.foremanUrl = foreman?.url;
    this.foremanAdminPassword = foreman?.adminPassword;
    this.webhookUrl = code?.webhook.url;
    this.webhookSecret = code?.webhook.secret;
    this.codeDeployKey = code?.deployKey;
    this.codeDeployKeys = code?.repositoryKeys;
    this.hdmUrl = hdm?.url;
    this.hdmAdminPassword = hdm?.adminPassword;
    this.statsUrl = loadBalancer.statsUrl;
    this.statsUser = loadBalancer.statsUser;
    this.statsPassword = loadBalancer.statsPassword;
    this.agentInstall = agentInstallScript(context, authority, main);
    this.registerOutputs();
  }
}
