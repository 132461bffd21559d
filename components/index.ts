export { CaCertificate } from "./certificate-authority/ca-certificate.js";
export { CertificateAuthority } from "./certificate-authority/certificate-authority.js";
export type { CaCertificateArgs, CertificateAuthorityArgs } from "./certificate-authority/args.js";
export type { AuthorityArgs, HostCertificateArgs } from "./certificates/args.js";
export {
  CodeGate,
  CodeTool,
  ExpiredClassification,
  KeyType,
  NodeEnvironment,
  OldCode,
} from "./choices.js";
export { CodeCopy } from "./code-deployment/code-copy.js";
export { CodeDeployment } from "./code-deployment/code-deployment.js";
export type {
  CodeCopyArgs,
  CodeDeploymentArgs,
  CodeDeploymentSettings,
  GitCredentialsArgs,
  ServerIdentity,
} from "./code-deployment/args.js";
export type { RepositoryKey } from "./code-deployment/identity.js";
export { Compiler } from "./compiler/compiler.js";
export { CompilerPool } from "./compiler/compiler-pool.js";
export type {
  CompilerArgs,
  CompilerPoolArgs,
  CompilerSettings,
  PoolMember,
} from "./compiler/args.js";
export { ControlRepository } from "./control-repository/control-repository.js";
export type { ControlRepositoryArgs } from "./control-repository/args.js";
export { Foreman } from "./foreman/foreman.js";
export { ForemanRegistration } from "./foreman/registration.js";
export type {
  ForemanArgs,
  ForemanClientArgs,
  ForemanDatabaseArgs,
  ForemanPackagesArgs,
  ForemanRegistrationArgs,
  ForemanUse,
} from "./foreman/args.js";
export { Hdm } from "./hdm/hdm.js";
export { HdmImage } from "./hdm/hdm-image.js";
export type { HdmArgs, HdmImageArgs, HdmLdapArgs, HdmSamlArgs, HdmSettings } from "./hdm/args.js";
export { LoadBalancer } from "./load-balancer/load-balancer.js";
export type { LoadBalancerArgs } from "./load-balancer/args.js";
export { MainServer } from "./main-server/main-server.js";
export type { MainServerArgs } from "./main-server/args.js";
export type { DatabaseAdministratorArgs, PostgresqlArgs } from "./postgresql/args.js";
export { PuppetInfrastructure } from "./puppet-infrastructure/puppet-infrastructure.js";
export type {
  CodeSettings,
  CodeSourceArgs,
  ForemanSettings,
  HostsArgs,
  HostsByRole,
  PuppetDbSettings,
  PuppetInfrastructureArgs,
} from "./puppet-infrastructure/args.js";
export type { DeployedCode } from "./puppet-infrastructure/code.js";
export type {
  CodeNeeds,
  CompilerSizingArgs,
  EyamlArgs,
  ServerGemsArgs,
  SizingArgs,
} from "./puppet-server/args.js";
export { PuppetDb } from "./puppetdb/puppetdb.js";
export type {
  PuppetDbArgs,
  PuppetDbClientArgs,
  PuppetDbSizingArgs,
  PuppetDbUse,
  Retention,
} from "./puppetdb/args.js";
export type { ReportsArgs } from "./reports/args.js";
export { SmartProxy } from "./smart-proxy/smart-proxy.js";
export type { SmartProxyArgs } from "./smart-proxy/args.js";
export { Webhook } from "./webhook/webhook.js";
export type { WebhookArgs } from "./webhook/args.js";
export { DistributionName } from "../distributions/index.js";
export type { Host, HostArgs } from "../hosts/host.js";
