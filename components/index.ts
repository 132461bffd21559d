export {
  CaCertificate,
  CertificateAuthority,
} from "./certificate-authority/certificate-authority.js";
export type {
  CaCertificateArgs,
  CertificateAuthorityArgs,
} from "./certificate-authority/certificate-authority.js";
export { Compiler } from "./compiler/compiler.js";
export type { CompilerArgs, CompilerSettings } from "./compiler/compiler.js";
export { CompilerPool } from "./compiler/compiler-pool.js";
export type { CompilerPoolArgs, PoolMember } from "./compiler/compiler-pool.js";
export { CodeTool, ExpiredClassification, NodeEnvironment, OldCode } from "./choices.js";
export { CodeCopy } from "./code-deployment/code-copy.js";
export type { CodeCopyArgs } from "./code-deployment/code-copy.js";
export { CodeDeployment } from "./code-deployment/code-deployment.js";
export type {
  CodeDeploymentArgs,
  CodeDeploymentSettings,
  ServerIdentity,
} from "./code-deployment/code-deployment.js";
export { ControlRepository } from "./code-deployment/control-repository.js";
export type { ControlRepositoryArgs } from "./code-deployment/control-repository.js";
export type { CodeSettings, CodeSourceArgs, DeployedCode } from "./puppet-infrastructure/code.js";
export { Foreman } from "./foreman/foreman.js";
export type { ForemanArgs, ForemanDatabaseArgs } from "./foreman/foreman.js";
export { ForemanRegistration } from "./foreman/registration.js";
export type { ForemanRegistrationArgs } from "./foreman/registration.js";
export type { ForemanClientArgs, ForemanUse } from "./foreman/client.js";
export { Hdm, HdmImage } from "./hdm/hdm.js";
export type { HdmArgs, HdmImageArgs, HdmLdapArgs, HdmSamlArgs, HdmSettings } from "./hdm/hdm.js";
export { LoadBalancer } from "./load-balancer/load-balancer.js";
export type { LoadBalancerArgs } from "./load-balancer/load-balancer.js";
export { MainServer } from "./main-server/main-server.js";
export type { MainServerArgs } from "./main-server/main-server.js";
export { PuppetInfrastructure } from "./puppet-infrastructure/puppet-infrastructure.js";
export type {
  ForemanSettings,
  PuppetDbSettings,
  PuppetInfrastructureArgs,
} from "./puppet-infrastructure/args.js";
export { PuppetDb } from "./puppetdb/puppetdb.js";
export type {
  DatabaseAdministratorArgs,
  PostgresqlArgs,
  PuppetDbArgs,
  Retention,
} from "./puppetdb/puppetdb.js";
export type { PuppetDbSizingArgs } from "./puppetdb/sizing.js";
export type { AuthorityArgs, HostCertificateArgs } from "./certificates/host-certificate.js";
export type { PuppetDbClientArgs, PuppetDbUse } from "./puppet-server/state.js";
export type { SizingArgs } from "./puppet-server/sizing.js";
export { SmartProxy } from "./foreman/smart-proxy.js";
export type { ForemanPackagesArgs, SmartProxyArgs } from "./foreman/smart-proxy.js";
export { Webhook } from "./code-deployment/webhook.js";
export type { WebhookArgs } from "./code-deployment/webhook.js";
export { DistributionName } from "../distributions/index.js";
export type { Host, HostArgs, HostsArgs, HostsByRole } from "../hosts/host.js";
