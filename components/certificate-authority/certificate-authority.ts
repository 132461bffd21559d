import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { HostState } from "../../hosts/host-state.js";
import { withDistribution } from "../arguments.js";
import type { CertificateAuthorityArgs } from "./args.js";
import { autosignPolicy, certificateAuthorityState } from "./state.js";

/**
 * The one certificate authority: its keys, and who gets a certificate.
 *
 * A request is signed when the policy on the main server finds a pre-shared key in it that covers all it
 * asks for: agents have one key, hosts of the infrastructure another. It contributes {@link state} to the main
 * server, which runs it.
 */
export class CertificateAuthority extends pulumi.ComponentResource {
  /** The key of agents. */
  readonly agentKey: pulumi.Output<string>;
  /** The key of the infrastructure's hosts. */
  readonly infrastructureKey: pulumi.Output<string>;
  /** Host state of the main server that makes it the CA; belongs before the service starts. */
  readonly state: HostState;
  /** The policy's path, for puppet.conf. */
  readonly policy: string;

  constructor(
    name: string,
    args: CertificateAuthorityArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("puppet:index:CertificateAuthority", name, {}, opts);
    this.agentKey = presharedKey(`${name}-agent-key`, this);
    this.infrastructureKey = presharedKey(`${name}-infrastructure-key`, this);
    const argsWithDistribution = withDistribution(args);
    this.policy = autosignPolicy(argsWithDistribution.distribution);
    this.state = certificateAuthorityState(argsWithDistribution, {
      agent: this.agentKey,
      infrastructure: this.infrastructureKey,
    });
    this.registerOutputs();
  }
}

/** A key for certificate requests: letters and digits only, so that every file format takes it as it is. */
function presharedKey(name: string, parent: pulumi.Resource): pulumi.Output<string> {
  return new random.RandomPassword(name, { length: 48, special: false }, { parent }).result;
}
