import { constants } from "node:os";
import type { OperationContext } from "../framework/resource.js";
import { CapturedOutput } from "./captured-output.js";
import { commandResource, type RunCommand } from "./command-resource.js";
import { type CommandOutputs, type RemoteCommandInputs, remoteCommandTypes } from "./inputs.js";
import { dial } from "./ssh-dial.js";
import { type RemoteExit, SshSession } from "./ssh-session.js";

const run: RunCommand<RemoteCommandInputs> = async (context, commandLine, inputs, previous) => {
  const { client, close } = await dial(context, inputs.connection);
  // Closing the connection ends everything that waits for it.
  const onAbort = (): void => void client.destroy();
  context.cancelled.addEventListener("abort", onAbort, { once: true });
  try {
    client.on("error", () => undefined);
    const session = await SshSession.open(client);
    await setEnvironment(context, session, inputs, previous);
    const captured = new CapturedOutput(context.log, inputs.logging);
    const exit = await session.run(commandLine, inputs.stdin ?? "", (stream, chunk) =>
      captured.add(stream, chunk),
    );
    captured.end();
    const reason = exit === undefined ? `ssh: command ${commandLine} failed` : failure(exit);
    if (reason !== undefined) throw captured.failure(reason, commandLine);
    return captured.outputs;
  } finally {
    context.cancelled.removeEventListener("abort", onAbort);
    close();
  }
};

export const remoteCommand = commandResource(remoteCommandTypes, run);

async function setEnvironment(
  { log }: OperationContext,
  session: SshSession,
  inputs: RemoteCommandInputs,
  previous: CommandOutputs,
): Promise<void> {
  for (const [name, value] of Object.entries(inputs.environment ?? {})) {
    if (await session.setEnvironment(name, value)) continue;
    log.error(refusedVariable(name));
    throw new Error(`could not set environment variable "${name}": ssh: setenv failed`);
  }
  if (inputs.addPreviousOutputInEnv === false) return;
  const variables = {
    PULUMI_COMMAND_STDOUT: previous.stdout,
    PULUMI_COMMAND_STDERR: previous.stderr,
  };
  for (const [name, value] of Object.entries(variables)) {
    if (value === "" || (await session.setEnvironment(name, value))) continue;
    log.warning(refusedVariable(name));
  }
}

function refusedVariable(name: string): string {
  return (
    `Unable to set '${name}'. This only works if your SSH server is configured to accept\n` +
    "\tthese variables via AcceptEnv. Alternatively, if a Bash-like shell runs the command on the " +
    "remote host, you could\n\tprefix the command itself with the variables in the form " +
    "'VAR=value command'"
  );
}

/** Why a command that ended in this way counts as failed. */
function failure({ status, signal, message }: RemoteExit): string | undefined {
  if (status === 0) return undefined;
  if (status === undefined && signal === undefined) {
    return "wait: remote command exited without exit status or exit signal";
  }
  const signals: Readonly<Record<string, number>> = constants.signals;
  let text = `Process exited with status ${status ?? 128 + (signals[`SIG${signal}`] ?? 0)}`;
  if (signal !== undefined) text += ` from signal ${signal}`;
  if (message !== undefined && message !== "") text += `. Reason was: ${message}`;
  return text;
}
