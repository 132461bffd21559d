export { CaCertificate, CertificateAuthority } from "./certificate-authority.js";
export type { CaCertificateArgs, CertificateAuthorityArgs } from "./certificate-authority.js";
export { Compiler } from "./compiler.js";
export type { CompilerArgs, CompilerSettings } from "./compiler.js";
export { CompilerPool } from "./compiler-pool.js";
export type { CompilerPoolArgs, PoolMember } from "./compiler-pool.js";
export { CodeTool, ExpiredClassification, NodeEnvironment, OldCode } from "./choices.js";
export { CodeCopy } from "./code-copy.js";
export type { CodeCopyArgs } from "./code-copy.js";
export { CodeDeployment } from "./code-deployment.js";
export type {
  CodeDeploymentArgs,
  CodeDeploymentSettings,
  ServerIdentity,
} from "./code-deployment.js";
export { ControlRepository } from "./control-repository.js";
export type { ControlRepositoryArgs } from "./control-repository.js";
export type { CodeSettings, CodeSourceArgs, DeployedCode } from "./deployed-code.js";
export { Foreman } from "./foreman.js";
export type { ForemanArgs, ForemanDatabaseArgs } from "./foreman.js";
export { ForemanRegistration } from "./foreman-registration.js";
export type { ForemanRegistrationArgs } from "./foreman-registration.js";
export type { ForemanClientArgs, ForemanUse } from "./foreman-client.js";
export { Hdm, HdmImage } from "./hdm.js";
export type { HdmArgs, HdmImageArgs, HdmLdapArgs, HdmSamlArgs, HdmSettings } from "./hdm.js";
export { LoadBalancer } from "./load-balancer.js";
export type { LoadBalancerArgs } from "./load-balancer.js";
export { MainServer } from "./main-server.js";
export type { MainServerArgs } from "./main-server.js";
export { PuppetInfrastructure } from "./puppet-infrastructure.js";
export type {
  ForemanSettings,
  PuppetDbSettings,
  PuppetInfrastructureArgs,
} from "./infrastructure-arguments.js";
export { PuppetDb } from "./puppetdb.js";
export type {
  DatabaseAdministratorArgs,
  PostgresqlArgs,
  PuppetDbArgs,
  Retention,
} from "./puppetdb.js";
export type { PuppetDbSizingArgs } from "./puppetdb-sizing.js";
export type { AuthorityArgs, HostCertificateArgs } from "./host-certificate.js";
export type { PuppetDbClientArgs, PuppetDbUse } from "./server-state.js";
export type { SizingArgs } from "./sizing.js";
export { SmartProxy } from "./smart-proxy.js";
export type { ForemanPackagesArgs, SmartProxyArgs } from "./smart-proxy.js";
export { Webhook } from "./webhook.js";
export type { WebhookArgs } from "./webhook.js";
export { DistributionName } from "../distributions/index.js";
export type { Host, HostArgs, HostsArgs, HostsByRole } from "../hosts/host.js";
