import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { rootCommand } from "../../hosts/root-command.js";
import { withDistribution } from "../arguments.js";
import type { CaCertificateArgs } from "./args.js";

/** The certificates of the CA, read from the main server once it has been set up. */
export class CaCertificate extends pulumi.ComponentResource {
  /** Signing certificate and root, PEM. */
  readonly pem: pulumi.Output<string>;
  /** SHA-256 of the PEM text as the CA serves it, which is what agents compare `ca_fingerprint` with. */
  readonly fingerprint: pulumi.Output<string>;

  constructor(name: string, args: CaCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:CaCertificate", name, {}, opts);
    const { host, distribution } = withDistribution(args);
    const read = rootCommand(
      `${name}-read`,
      host,
      {
        create: `cat ${distribution.paths.cadir}/ca_crt.pem`,
        triggers: [host.identity],
        silent: true,
      },
      { parent: this },
    );
    // The connection is secret and so is all that comes over it, but a CA's certificate is public.
    this.pem = pulumi.unsecret(read.stdout).apply((pem) => `${pem.trimEnd()}\n`);
    this.fingerprint = this.pem.apply((pem) => createHash("sha256").update(pem).digest("hex"));
    this.registerOutputs();
  }
}
