export {
  CaCertificate,
  CertificateAuthority,
} from "./certificate-authority.js";
export type {
  CaCertificateArgs,
  CertificateAuthorityArgs,
} from "./certificate-authority.js";
export { Compiler } from "./compiler.js";
export type { CompilerArgs, CompilerSettings } from "./compiler.js";
export { CompilerPool } from "./compiler-pool.js";
export type { CompilerPoolArgs, PoolMember } from "./compiler-pool.js";
export { LoadBalancer } from "./load-balancer.js";
export type { LoadBalancerArgs } from "./load-balancer.js";
export { MainServer } from "./main-server.js";
export type { MainServerArgs } from "./main-server.js";
export { PuppetInfrastructure } from "./puppet-infrastructure.js";
export type { PuppetInfrastructureArgs } from "./puppet-infrastructure.js";
export type { SizingArgs } from "./sizing.js";
