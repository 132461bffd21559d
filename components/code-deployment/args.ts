import type * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";
import type { Source, Tool } from "../../templates/code-deployment/code-deployment.js";
import type { WithDistribution } from "../arguments.js";
import type { OldCode } from "../choices.js";
import type { defaults } from "../defaults.js";

/** How code is fetched from Git; the same for all servers. */
export interface CodeDeploymentSettings {
  /** Modules fetched at the same time; 4 by default. */
  poolSize?: number;
  /** URL of a proxy for HTTPS. */
  proxy?: string | undefined;
  /** URL of a mirror of the Forge. */
  forge?: string | undefined;
  /**
   * Whether each environment gets its types by `puppet generate types`, which keeps environments apart; true by
   * default.
   */
  generateTypes?: boolean;
  /** Commands that run on the main server after a deploy without errors, each with its arguments; none by default. */
  postRun?: string[][];
  /** Lines of known_hosts for the Git servers: only these are trusted, and so none by default. */
  knownHosts?: string;
  /** Name for the token; `git` by default. */
  tokenUser?: string;
  /** Token for repositories with an HTTPS URL; without it they must be open to all. */
  token?: pulumi.Input<string> | undefined;
  /**
   * What happens to a compiler whose code is known to be old: with `serve`, the default, it goes on; with `leave` it
   * gets no new agents until it has caught up, unless all compilers have old code.
   */
  behind?: OldCode;
}

/** What a {@link CodeDeployment} takes. */
export interface CodeDeploymentArgs extends CodeDeploymentSettings {
  /** Program that fetches it; r10k by default. */
  tool?: Tool;
  /** The main server, which fetches the code from Git. */
  main: ServerIdentity;
  /** The compilers, which take it from the main server. */
  compilers: ServerIdentity[];
  /** Hosts of a {@link CodeCopy}, which take it as well, and serve no agents; none by default. */
  copies?: ServerIdentity[];
  /** Where the packages of Puppet come from; Debian's own by default. */
  distribution?: DistributionName;
  /** The control repositories. */
  sources: Source[];
}

/** What a {@link CodeCopy} takes. */
export interface CodeCopyArgs {
  /** The main server, where the code comes from; its `CodeDeployment` has this host among its `copies`. */
  main: ServerIdentity;
  /** The host that gets it. */
  copy: ServerIdentity;
  /** Where the packages of Puppet come from; Debian's own by default. */
  distribution?: DistributionName;
}

/** A server whose code is deployed, and the key it shows to the others. */
export interface ServerIdentity {
  host: HostArgs;
  /** Public key of the user that deploys; on the main server it is also the deploy key for Git servers. */
  publicKey: pulumi.Output<string>;
  /** Public key of the host itself. */
  hostKey: pulumi.Output<string>;
}

/** Arguments of code deployment with all defaults. */
export type CodeDeploymentWithDefaults = WithDistribution<CodeDeploymentArgs> &
  Required<Pick<CodeDeploymentArgs, keyof typeof defaults.codeDeployment | "postRun" | "copies">>;
