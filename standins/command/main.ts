import { packageSchema } from "../framework/schema.js";
import { serve } from "../framework/serve.js";
import { copyToRemote, copyToRemoteTypes } from "./copy-to-remote.js";
import { commandOutputTypes, localCommandTypes, remoteCommandTypes } from "./inputs.js";
import { localCommand } from "./local-command.js";
import { remoteCommand } from "./remote-command.js";

const name = "command";
/** The official plugin that this one imitates. */
const version = "1.2.1";

serve({
  name,
  version,
  schema: packageSchema(name, version, {
    "command:local:Command": { inputs: localCommandTypes, outputs: commandOutputTypes },
    "command:remote:Command": { inputs: remoteCommandTypes, outputs: commandOutputTypes },
    "command:remote:CopyToRemote": { inputs: copyToRemoteTypes, outputs: {} },
  }),
  acceptsSecrets: true,
  resources: {
    "command:local:Command": localCommand,
    "command:remote:Command": remoteCommand,
    "command:remote:CopyToRemote": copyToRemote,
  },
});
