import * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import { HostConfiguration } from "../../hosts/host-configuration.js";
import type { Host, HostArgs } from "../../hosts/host.js";
import { rootCommand, verifiedConnection } from "../../hosts/root-command.js";
import {
  renderIdentity,
  type Source,
  type Tool,
} from "../../templates/code-deployment/code-deployment.js";
import { compilerCode, flushSocket, mainCode, poolSocket, syncTimer } from "./state.js";
import { oneOf, withDistribution, withDefaults, type WithDistribution } from "../arguments.js";
import { OldCode } from "../choices.js";
import { defaults } from "../defaults.js";

/** How code is brought from Git; the same for all servers. */
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
   * What becomes of a compiler whose code is known to be old: with `serve`, the default, it goes on; with `leave` it
   * gets no new agents until it has caught up, unless all are so.
   */
  behind?: OldCode;
}

/** What a {@link CodeDeployment} takes. */
export interface CodeDeploymentArgs extends CodeDeploymentSettings {
  /** Program that brings it; r10k by default. */
  tool?: Tool;
  /** The main server, which brings the code. */
  main: ServerIdentity;
  /** The compilers, which take it from there. */
  compilers: ServerIdentity[];
  /** Hosts of a {@link CodeCopy}, which take it as well, and serve no agents; none by default. */
  copies?: ServerIdentity[];
  /** Where the packages of Puppet come from; Debian's own by default. */
  distribution?: DistributionName;
  /** The control repositories. */
  sources: Source[];
}

/** The same, with every default. */
export type CodeDeploymentState = WithDistribution<CodeDeploymentArgs> &
  Required<Pick<CodeDeploymentArgs, keyof typeof defaults.codeDeployment | "postRun" | "copies">>;

/** A server whose code is deployed, and the key it shows to the others. */
export interface ServerIdentity {
  host: HostArgs;
  /** Public key of the user that deploys; on the main server it is also the deploy key for Git servers. */
  publicKey: pulumi.Output<string>;
  /** Public key of the host itself. */
  hostKey: pulumi.Output<string>;
}

/** Makes the user that deploys code on a server, with a key that never leaves it. */
export function serverIdentity(host: Host, opts: pulumi.CustomResourceOptions): ServerIdentity {
  const made = rootCommand(
    `${host.name}-code-identity`,
    host,
    {
      create: "bash -s",
      stdin: renderIdentity({ host: host.fqdn }),
      triggers: [host.identity],
    },
    opts,
  );
  return {
    host,
    // The connection is secret and so is all that comes over it, but these are public.
    publicKey: pulumi.unsecret(made.stdout),
    hostKey: pulumi.unsecret(verifiedConnection(host)).apply(({ hostKey }) => hostKey),
  };
}

/**
 * Code on every server: r10k or g10k runs on the main server, into a folder nobody serves from. What it brings as a
 * whole is published as a release, which never changes; the main server and, at the same time, all compilers switch to
 * it in one step. So every server has the same code, no catalog is compiled from half a deploy, a failed deploy changes
 * nothing, and Git and the Forge are asked once, whatever the number of compilers: running the tool on each of them would
 * give none of these.
 *
 * The main server asks compilers over SSH with a key that can do nothing else; they fetch with rsync over SSH, with
 * keys that can only read what is published. A compiler that missed a deploy fetches it by itself: before its Puppet
 * Server starts, and every 45 seconds. All host keys are pinned.
 */
export class CodeDeployment extends pulumi.ComponentResource {
  constructor(name: string, args: CodeDeploymentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:CodeDeployment", name, {}, opts);
    const given = withDistribution(
      withDefaults(args, { ...defaults.codeDeployment, postRun: [], copies: [] }),
    );
    const { main, compilers, distribution } = given;
    oneOf("behind", given.behind, OldCode);
    const configuration = new HostConfiguration(
      `${main.host.name}-code`,
      {
        host: main.host,
        distribution,
        state: mainCode(given),
        services: ["puppet-code-all.timer", "puppet-code-deploy.path", flushSocket],
      },
      { parent: this },
    );
    for (const { host } of compilers) {
      new HostConfiguration(
        `${host.name}-code`,
        {
          host,
          distribution,
          state: compilerCode(given, host),
          services: [syncTimer, poolSocket, flushSocket],
        },
        // Its first code comes from there.
        { parent: this, dependsOn: configuration },
      );
    }
    this.registerOutputs();
  }
}
