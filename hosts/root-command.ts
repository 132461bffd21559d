import { fileURLToPath } from "node:url";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Host } from "./host.js";
import { shellWord } from "./shell-word.js";

/** What a command on a host takes, in the words of `command.remote.Command`. */
export interface RootCommandArgs {
  /** Shell command that runs at first and whenever something changes; failures quote it, so no secret belongs in it. */
  create: string;
  /** Shell command that runs when the resource goes. */
  delete?: string;
  /** What {@link create} reads, secrets included. */
  stdin?: pulumi.Input<string>;
  /** What the command is run anew for. */
  triggers?: pulumi.Input<string>[];
  /** Whether its output is kept from the log. */
  silent?: boolean;
}

type Connection = pulumi.Unwrap<command.types.input.remote.ConnectionArgs>;
type VerifiedConnection = Connection & { hostKey: string };

/** A command that root runs on a host, over one SSH connection. */
export function rootCommand(
  name: string,
  host: Host,
  args: RootCommandArgs,
  opts: pulumi.CustomResourceOptions,
): command.remote.Command | command.local.Command {
  const { silent = false, ...rest } = args;
  const asRoot = (text: string) => (host.sudo === true ? `sudo -n sh -c ${shellWord(text)}` : text);
  const common = {
    ...rest,
    create: asRoot(args.create),
    ...(args.delete === undefined ? {} : { delete: asRoot(args.delete) }),
    addPreviousOutputInEnv: false,
  };
  const options =
    host.ready === undefined ? opts : pulumi.mergeOptions(opts, { dependsOn: [host.ready] });
  if (host.proxyCommand !== undefined) {
    return throughProxy(name, host, { ...common, silent }, options);
  }
  return new command.remote.Command(
    name,
    {
      ...common,
      connection: verifiedConnection(host),
      ...(silent ? { logging: command.remote.Logging.None } : {}),
    },
    options,
  );
}

/** The same by the SSH of this machine, which a program leads to the host. */
function throughProxy(
  name: string,
  host: Host,
  { silent, stdin = "", ...args }: RootCommandArgs & { addPreviousOutputInEnv: boolean },
  opts: pulumi.CustomResourceOptions,
): command.local.Command {
  const connection = verifiedConnection(host);
  const ssh = (text: string) => `COMMAND=${shellWord(text)} sh "$SCRIPTS/proxied-ssh.sh"`;
  return new command.local.Command(
    name,
    {
      ...args,
      create: ssh(args.create),
      ...(args.delete === undefined ? {} : { delete: ssh(args.delete) }),
      environment: {
        SCRIPTS: fileURLToPath(new URL(".", import.meta.url)),
        TARGET: pulumi.unsecret(connection).apply(({ user = "root", host }) => `${user}@${host}`),
        HOST_KEY: pulumi.unsecret(connection).apply(({ hostKey }) => hostKey),
        PROXY: host.proxyCommand ?? "",
      },
      // The key comes first; what follows is the command's.
      stdin: pulumi
        .all([pulumi.secret(connection), stdin])
        .apply(([{ privateKey = "" }, stdin]) => `${privateKey.trimEnd()}\n${stdin}`),
      ...(silent === true ? { logging: command.local.Logging.None } : {}),
    },
    pulumi.mergeOptions(opts, { additionalSecretOutputs: ["stdin", "stdout", "stderr"] }),
  );
}

/**
 * A host's connection, if it is verified: without a host's key, anybody could answer in its place.
 *
 * @throws Error naming the key that is missing, the host's own or the one of the proxy before it
 */
export function verified(fqdn: string, connection: Connection): VerifiedConnection {
  const { hostKey, proxy } = connection;
  const lacking = [
    ...(hostKey === undefined ? ["connection.hostKey"] : []),
    ...(proxy !== undefined && proxy.hostKey === undefined ? ["connection.proxy.hostKey"] : []),
  ];
  if (lacking.length === 0) return connection as VerifiedConnection;
  throw new Error(
    `${fqdn} lacks ${lacking.join(" and ")}; write the public key that its SSH server shows, such as "ssh-ed25519 AAAA...".`,
  );
}

/** The connection of a host, once it is known; an error where {@link verified} refuses it. */
export function verifiedConnection({ fqdn, connection }: Host): pulumi.Output<VerifiedConnection> {
  return pulumi.output(connection).apply((resolved) => verified(fqdn, resolved));
}
