import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../../hosts/host.js";
import { rootCommand, verifiedConnection } from "../../hosts/root-command.js";
import { readIdentity, renderIdentity } from "../../templates/code-deployment/code-deployment.js";
import type { ServerIdentity } from "./args.js";

/** Creates the user that deploys code on a server, with a private key that never leaves it. */
export function serverIdentity(host: Host, opts: pulumi.CustomResourceOptions): ServerIdentity {
  const hostKey = pulumi.unsecret(verifiedConnection(host)).apply(({ hostKey }) => hostKey);
  const identity = rootCommand(
    `${host.name}-code-identity`,
    host,
    {
      create: "bash -s",
      stdin: pulumi
        .all([host.address, hostKey])
        .apply(([address, hostKey]) => renderIdentity({ host: host.fqdn, address, hostKey })),
      triggers: [host.identity],
    },
    opts,
  );
  // A secret connection makes every output secret, but these keys are public.
  const { publicKey, sshPort } = pulumi.unsecret(identity.stdout).apply(readIdentity);
  return { host, publicKey, hostKey, sshPort };
}
