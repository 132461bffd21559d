import {
  commandOutputTypes,
  localCommandTypes,
  remoteCommandTypes,
  type CommandInputs,
} from "../command/inputs.js";
import { commandResource } from "../command/command-resource.js";
import { packageSchema } from "../framework/schema.js";
import { serve } from "../framework/serve.js";

const name = "command";
/** The official plugin that this one replaces. */
const version = "1.2.1";

/**
 * A stand-in for the `command` plugin for nonexistent hosts: diffs, state and secrets work as in the official plugin,
 * but no command runs. It returns the output that the program reads from commands.
 */
const run = async (_context: unknown, commandLine: string, inputs: CommandInputs) => ({
  stdout: answer(commandLine, inputs),
  stderr: "",
});

function answer(commandLine: string, inputs: CommandInputs): string {
  if (commandLine.includes("ca_crt.pem")) {
    return "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  }
  if (commandLine.includes("ssh-keys.sh")) {
    const pairs = (inputs.environment?.PAIRS ?? "").split(" ");
    return JSON.stringify(Object.fromEntries(pairs.map((pair) => [pair, keyPair])));
  }
  if (inputs.stdin?.includes("ssh-keygen") === true) return "ssh-ed25519 AAAAcode code\n";
  return "";
}

const keyPair = {
  private:
    "-----BEGIN OPENSSH PRIVATE KEY-----\nthe-private-key\n-----END OPENSSH PRIVATE KEY-----\n",
  public: "ssh-ed25519 AAAAhost pulumi-puppet\n",
};

serve({
  name,
  version,
  schema: packageSchema(name, version, {
    "command:local:Command": { inputs: localCommandTypes, outputs: commandOutputTypes },
    "command:remote:Command": { inputs: remoteCommandTypes, outputs: commandOutputTypes },
  }),
  acceptsSecrets: true,
  resources: {
    "command:local:Command": commandResource(localCommandTypes, run),
    "command:remote:Command": commandResource(remoteCommandTypes, run),
  },
});
