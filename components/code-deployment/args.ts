import type * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";
import type { Source, Tool } from "../../templates/code-deployment/code-deployment.js";
import type { WithDistribution } from "../arguments.js";
import type { CodeGate, KeyType, OldCode } from "../choices.js";
import type { defaults } from "../defaults.js";

/** How code is fetched from Git. */
export interface CodeDeploymentSettings {
  /** Modules fetched at the same time; 4 by default. */
  poolSize?: number;
  /** URL of a proxy for HTTPS; none by default. */
  proxy?: string | undefined;
  /** Hosts that are reached without the proxy; a name that begins with a dot stands for a domain. None by default. */
  noProxy?: string[];
  /** URL of a Forge mirror; the Forge itself by default. */
  forge?: string | undefined;
  /**
   * Whether `puppet generate types` runs for each environment, which keeps the environments' types isolated; true by
   * default.
   */
  generateTypes?: boolean;
  /**
   * The environment that serves as `production`, for agents that name none, such as `main`; `production` by default. A
   * branch `production` of the same source is not deployed then.
   */
  defaultEnvironment?: string;
  /**
   * What is checked before a release is published, which otherwise reaches every agent: with `syntax`, the default, that
   * Puppet can read all files that changed, and that `config_version` runs; with `compile`, also that the catalogs of
   * the canaries compile, on one of the compilers; with `none`, nothing.
   */
  gate?: CodeGate;
  /**
   * Certificate names of the nodes whose catalogs must compile, in each environment that is published; none by default.
   * They compile with their facts from PuppetDB, and their classes as the classifier says. A node that PuppetDB does not
   * know gets the facts of the compiler; without any, one such node does.
   */
  canaries?: string[];
  /** Commands to run on the main server after a deploy, each with its arguments; none by default. */
  postRun?: string[][];
  /** known_hosts lines of the Git servers; no other server is trusted. None by default. */
  knownHosts?: string;
  /** User name that goes with a token that has none of its own; `git` by default. */
  tokenUser?: string;
  /**
   * Token for repositories with an HTTPS URL, on the servers of the sources; without it, and without one in
   * `credentials`, they must be public.
   */
  token?: pulumi.Input<string> | undefined;
  /** Keys and tokens of some repositories, of sources as of modules, by name; none by default. */
  credentials?: Record<string, GitCredentialsArgs>;
  /**
   * What happens to a compiler whose code is known to be outdated: with `serve`, the default, it continues to serve;
   * with `leave` it gets no new agents until it has the latest code, unless all compilers are outdated.
   */
  behind?: OldCode;
}

/** A key or a token of a repository, or of several below one path. */
export interface GitCredentialsArgs {
  /**
   * What it is for, and nothing else: URL of a repository, of a path above several, or of a whole server. With an HTTPS
   * URL it is a token; with an SSH URL, the main server makes a key. The longest URL that fits a repository counts.
   */
  url: string;
  /** Type of the key; `ed25519` by default. */
  keyType?: KeyType;
  /** The token. */
  token?: pulumi.Input<string> | undefined;
  /** User name that goes with the token; that of all tokens by default. */
  tokenUser?: string | undefined;
}

/** Arguments of {@link CodeDeployment}. */
export interface CodeDeploymentArgs extends CodeDeploymentSettings {
  /** Tool that fetches the code; r10k by default. */
  tool?: Tool;
  /** The main server, which fetches the code from Git. */
  main: ServerIdentity;
  /** The compilers, which fetch it from the main server. */
  compilers: ServerIdentity[];
  /** Hosts with a {@link CodeCopy}, which fetch it as well but serve no agents; none by default. */
  copies?: ServerIdentity[];
  /** Where Puppet's packages come from; Debian's own by default. */
  distribution?: DistributionName;
  /** The control repositories. */
  sources: Source[];
  /**
   * PuppetDBs as `https://NAME:PORT`, which know the environments that agents use: an environment whose branch is gone
   * is kept as long as an agent uses it. Without any, the default, it is removed at once.
   */
  puppetdbUrls?: string[];
}

/** Arguments of {@link CodeCopy}. */
export interface CodeCopyArgs {
  /** The main server, where the code comes from; its `CodeDeployment` must list this host in `copies`. */
  main: ServerIdentity;
  /** The host that gets the code. */
  copy: ServerIdentity;
  /** Where Puppet's packages come from; Debian's own by default. */
  distribution?: DistributionName;
}

/** A server that gets deployed code, and its public keys. */
export interface ServerIdentity {
  host: HostArgs;
  /** Public key of the user that deploys code; the main server's is also the deploy key for Git servers. */
  publicKey: pulumi.Output<string>;
  /** The SSH host key, public part. */
  hostKey: pulumi.Output<string>;
  /** TCP port on which the other servers find its SSH server; 22 by default. */
  sshPort?: pulumi.Output<number>;
}

/** Arguments of {@link CodeDeployment} with all defaults. */
export type CodeDeploymentWithDefaults = WithDistribution<CodeDeploymentArgs> &
  Required<
    Pick<
      CodeDeploymentArgs,
      | keyof typeof defaults.codeDeployment
      | "postRun"
      | "copies"
      | "puppetdbUrls"
      | "noProxy"
      | "credentials"
    >
  >;
