import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { HostState } from "../../hosts/host-state.js";
import { withDistribution } from "../arguments.js";
import type { CertificateAuthorityArgs } from "./args.js";
import { authorityOwnership } from "./ownership.js";
import { autosignPolicy, certificateAuthorityState } from "./state.js";

/**
 * The certificate authority (CA): its pre-shared keys, and who gets a certificate.
 *
 * The autosign policy on the main server signs a request if it contains a pre-shared key that covers everything the
 * request asks for: agents share one key, and each host of the infrastructure has a key of its own, which works once the
 * host is enrolled. The component contributes {@link state} to the main server, which runs the CA.
 */
export class CertificateAuthority extends pulumi.ComponentResource {
  /** Agents' pre-shared key. */
  readonly agentKey: pulumi.Output<string>;
  /** Key that the pre-shared key of each of the infrastructure's hosts is derived from. */
  readonly infrastructureKey: pulumi.Output<string>;
  /** Host state that refuses a host with a CA of another stack; it must come before everything else. */
  readonly ownership: HostState;
  /** Host state that makes the main server the CA; it must come before the service starts. */
  readonly state: HostState;
  /** Path of the autosign policy, for puppet.conf. */
  readonly policy: string;

  constructor(
    name: string,
    args: CertificateAuthorityArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("puppet:index:CertificateAuthority", name, {}, opts);
    this.agentKey = presharedKey(`${name}-agent-key`, this);
    // Not the name of a version that left this key on every host.
    this.infrastructureKey = presharedKey(`${name}-hosts-key`, this);
    const argsWithDistribution = withDistribution(args);
    const id = new random.RandomId(`${name}-id`, { byteLength: 16 }, { parent: this }).hex;
    this.ownership = authorityOwnership(argsWithDistribution.distribution, id, this.agentKey);
    this.policy = autosignPolicy(argsWithDistribution.distribution);
    this.state = certificateAuthorityState(argsWithDistribution, {
      agent: this.agentKey,
      hosts: this.infrastructureKey,
    });
    this.registerOutputs();
  }
}

/** A pre-shared key: letters and digits only, so that no file format needs to escape it. */
function presharedKey(name: string, parent: pulumi.Resource): pulumi.Output<string> {
  return new random.RandomPassword(name, { length: 48, special: false }, { parent }).result;
}
