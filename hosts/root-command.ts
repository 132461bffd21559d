import { fileURLToPath } from "node:url";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Host } from "./host.js";
import { shellWord } from "./shell-word.js";

/** Arguments of a command on a host, named as in `command.remote.Command`. */
export interface RootCommandArgs {
  /** Shell command that runs at first and, unless there is {@link update}, on each change; failures quote it, so it must not contain secrets. */
  create: string;
  /** Shell command that runs on each change. */
  update?: string;
  /** Shell command that runs when the resource is deleted. */
  delete?: string;
  /** Standard input of {@link create}, which may contain secrets. */
  stdin?: pulumi.Input<string>;
  /** Values whose change runs the command again. */
  triggers?: pulumi.Input<string>[];
  /** Whether its output is kept from the log. */
  silent?: boolean;
  /**
   * Whether sudo's own messages are in English, whatever the user's language is. Only for the first command on a host:
   * the others, if it works there, get no message of sudo.
   */
  english?: boolean;
}

type Connection = pulumi.Unwrap<command.types.input.remote.ConnectionArgs>;
type VerifiedConnection = Connection & { hostKey: string };

/** A command that runs as root on a host, over one SSH connection. */
export function rootCommand(
  name: string,
  host: Host,
  args: RootCommandArgs,
  opts: pulumi.CustomResourceOptions,
): command.remote.Command | command.local.Command {
  const { silent = false, english = false, ...rest } = args;
  const sudo = english ? "env LC_ALL=C LANGUAGE= sudo" : "sudo";
  const asRoot = (text: string) =>
    host.sudo === true ? `${sudo} -n sh -c ${shellWord(text)}` : text;
  const common = {
    ...rest,
    create: asRoot(args.create),
    ...(args.update === undefined ? {} : { update: asRoot(args.update) }),
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

/** The same with this machine's SSH, which reaches the host through a program. */
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
      ...(args.update === undefined ? {} : { update: ssh(args.update) }),
      ...(args.delete === undefined ? {} : { delete: ssh(args.delete) }),
      environment: {
        SCRIPTS: fileURLToPath(new URL(".", import.meta.url)),
        TARGET: pulumi.unsecret(connection).apply(({ user = "root", host }) => `${user}@${host}`),
        HOST_KEY: pulumi.unsecret(connection).apply(({ hostKey }) => hostKey),
        PROXY: host.proxyCommand ?? "",
      },
      // The key comes first; the rest is for the command.
      stdin: pulumi
        .all([pulumi.secret(connection), stdin])
        .apply(([{ privateKey = "" }, stdin]) => `${privateKey.trimEnd()}\n${stdin}`),
      ...(silent === true ? { logging: command.local.Logging.None } : {}),
    },
    pulumi.mergeOptions(opts, { additionalSecretOutputs: ["stdin", "stdout", "stderr"] }),
  );
}

/**
 * A host's connection, if it is verified: without a host key, anybody could answer in the host's place.
 *
 * @throws Error naming the missing key: the host's own, or that of the proxy in front of it
 */
export function verified(fqdn: string, connection: Connection): VerifiedConnection {
  const { hostKey, proxy } = connection;
  const lacking = [
    ...(hostKey === undefined ? ["connection.hostKey"] : []),
    ...(proxy !== undefined && proxy.hostKey === undefined ? ["connection.proxy.hostKey"] : []),
  ];
  if (lacking.length === 0) return connection as VerifiedConnection;
  throw new Error(
    `${fqdn} lacks ${lacking.join(" and ")}; write the public key that its SSH server presents, such as "ssh-ed25519 AAAA...".`,
  );
}

/** The connection of a host, once it is known; an error if {@link verified} rejects it. */
export function verifiedConnection({ fqdn, connection }: Host): pulumi.Output<VerifiedConnection> {
  return pulumi.output(connection).apply((resolved) => verified(fqdn, resolved));
}
