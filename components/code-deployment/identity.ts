import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../../hosts/host.js";
import { rootCommand, verifiedConnection } from "../../hosts/root-command.js";
import { readIdentity, renderIdentity } from "../../templates/code-deployment/code-deployment.js";
import {
  KeyType,
  readDeployKeys,
  renderDeployKeys,
} from "../../templates/code-deployment/git-access.js";
import { placeOf } from "../../templates/code-deployment/git-url.js";
import { oneOf } from "../arguments.js";
import type { GitCredentialsArgs, ServerIdentity } from "./args.js";

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

/** A public key, and the repositories that it is for. */
export interface RepositoryKey {
  /** What it is for: URL of a repository, or of a path above several. */
  readonly url: string;
  /** The public key, as Git servers take it. */
  readonly publicKey: string;
}

/**
 * Creates the keys that are for some repositories only; they never leave the main server either.
 *
 * @returns undefined if no credentials need one
 */
export function repositoryKeys(
  { host, publicKey }: ServerIdentity,
  credentials: Readonly<Record<string, GitCredentialsArgs>>,
  opts: pulumi.CustomResourceOptions,
):
  | { command: pulumi.Resource; publicKeys: pulumi.Output<Record<string, RepositoryKey>> }
  | undefined {
  const ssh = Object.entries(credentials).filter(([, { url }]) => placeOf(url)?.scheme === "ssh");
  if (ssh.length === 0) return undefined;
  const keys = ssh.map(([name, { keyType = KeyType.Ed25519 }]) => {
    if (!/^[a-z][a-z0-9_]*$/.test(name)) {
      throw new pulumi.InputPropertyError({
        propertyPath: "credentials",
        reason: `credentials has ${JSON.stringify(name)}; write names of lower-case letters, digits and underscores.`,
      });
    }
    return { name, keyType: oneOf(`credentials.${name}.keyType`, keyType, KeyType) };
  });
  const command = rootCommand(
    `${host.name}-code-keys`,
    host,
    {
      create: "bash -s",
      // The user whose keys they are exists once it has its own.
      stdin: publicKey.apply(() => renderDeployKeys({ host: host.fqdn, keys })),
      triggers: [host.identity],
    },
    opts,
  );
  const publicKeys = pulumi.unsecret(command.stdout).apply((printed) => {
    const made = readDeployKeys(printed);
    return Object.fromEntries(
      ssh.map(([name, { url }]) => [name, { url, publicKey: made[name] ?? "" }]),
    );
  });
  return { command, publicKeys };
}
