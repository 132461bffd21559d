import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../../hosts/host.js";
import { rootCommand, verifiedConnection } from "../../hosts/root-command.js";
import { renderIdentity } from "../../templates/code-deployment/code-deployment.js";
import type { ServerIdentity } from "./args.js";

/** Creates the user that deploys code on a server, with a private key that never leaves it. */
export function serverIdentity(host: Host, opts: pulumi.CustomResourceOptions): ServerIdentity {
  const identity = rootCommand(
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
    // A secret connection makes every output secret, but these keys are public.
    publicKey: pulumi.unsecret(identity.stdout),
    hostKey: pulumi.unsecret(verifiedConnection(host)).apply(({ hostKey }) => hostKey),
  };
}
