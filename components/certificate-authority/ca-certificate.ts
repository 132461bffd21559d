import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { rootCommand } from "../../hosts/root-command.js";
import { withDistribution } from "../arguments.js";
import type { CaCertificateArgs } from "./args.js";

/** The CA's certificates, read from the main server once it is set up. */
export class CaCertificate extends pulumi.ComponentResource {
  /** Issuing and root certificate, PEM. */
  readonly pem: pulumi.Output<string>;
  /** SHA-256 of the PEM text as the CA serves it; agents compare it with `ca_fingerprint`. */
  readonly fingerprint: pulumi.Output<string>;

  constructor(name: string, args: CaCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:CaCertificate", name, {}, opts);
    const { host, distribution } = withDistribution(args);
    const read = rootCommand(
      `${name}-read`,
      host,
      {
        // As the owner of the folder: the text is published, and root would follow a link to any file.
        create: `timeout 30 runuser -u ${distribution.users.puppet} -- head --bytes=1048576 ${distribution.paths.cadir}/ca_crt.pem`,
        triggers: [host.identity],
        silent: true,
      },
      { parent: this },
    );
    // A secret connection makes every output secret, but a CA's certificate is public.
    this.pem = pulumi.unsecret(read.stdout).apply((pem) => `${pem.trimEnd()}\n`);
    this.fingerprint = this.pem.apply((pem) => createHash("sha256").update(pem).digest("hex"));
    this.registerOutputs();
  }
}
