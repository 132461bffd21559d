import { fileURLToPath } from "node:url";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/** An SSH key pair: the private key in OpenSSH's format, the public one as in authorized_keys. */
export interface KeyPair {
  private: string;
  public: string;
}

/** A public key as its type and data, without the comment that may follow. */
export function withoutComment(key: string): string {
  return key.split(" ").slice(0, 2).join(" ");
}

/**
 * Generates SSH key pairs with `ssh-keygen` on the machine that runs Pulumi. They are generated only once: new ones
 * would lock Pulumi out of the hosts.
 *
 * @param pairs names of the pairs
 * @returns the pairs by name; secret
 */
export function sshKeys<Name extends string>(
  name: string,
  pairs: readonly Name[],
  parent: pulumi.Resource,
): pulumi.Output<Record<Name, KeyPair>> {
  const made = new command.local.Command(
    name,
    {
      create: 'sh "$SCRIPTS/ssh-keys.sh"',
      environment: {
        SCRIPTS: fileURLToPath(new URL(".", import.meta.url)),
        PAIRS: pairs.join(" "),
      },
      logging: command.local.Logging.None,
      addPreviousOutputInEnv: false,
    },
    {
      parent,
      additionalSecretOutputs: ["stdout", "stderr"],
      ignoreChanges: ["create", "environment"],
    },
  );
  return pulumi.secret(made.stdout).apply((json) => JSON.parse(json) as Record<Name, KeyPair>);
}
