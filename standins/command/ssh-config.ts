import type { AnyAuthMethod, AuthHandlerMiddleware, ParsedKey } from "ssh2";
import ssh2 from "ssh2";
import type { Endpoint } from "./inputs.js";

/** How to log in to an SSH server and verify it, prepared before connecting. */
export interface SshConfig {
  username: string;
  methods: AnyAuthMethod[];
  hostKey: ParsedKey | undefined;
}

/** Throws if a key does not parse: retrying would not help. */
export function sshConfig(endpoint: Endpoint): SshConfig {
  const { user: username, hostKey } = endpoint;
  return { username, hostKey: parseHostKey(hostKey), methods: authMethods(endpoint) };
}

function parseHostKey(hostKey: string | undefined): ParsedKey | undefined {
  if (hostKey === undefined) return undefined;
  const key = parseKey(hostKey);
  if (key instanceof Error) throw new Error("failed to parse host key: ssh: no key found");
  return key;
}

function authMethods(endpoint: Endpoint): AnyAuthMethod[] {
  const { user: username, password, privateKey, privateKeyPassword } = endpoint;
  const methods: AnyAuthMethod[] = [{ type: "none", username }];
  if (privateKey !== undefined) {
    const key = parseKey(privateKey, privateKeyPassword);
    if (key instanceof Error) throw privateKeyError(key, privateKeyPassword);
    methods.push({ type: "publickey", username, key });
  }
  if (password !== undefined) {
    methods.push({ type: "password", username, password });
    methods.push({
      type: "keyboard-interactive",
      username,
      prompt: (_name, _instructions, _language, prompts, finish) =>
        finish(prompts.map(() => password)),
    });
  }
  const agent = endpoint.agentSocketPath ?? process.env.SSH_AUTH_SOCK;
  if (agent !== undefined && agent !== "") methods.push({ type: "agent", username, agent });
  return methods;
}

function parseKey(text: string, passphrase?: string): ParsedKey | Error {
  // The library's types omit that a file may contain more than one key.
  const parsed = ssh2.utils.parseKey(text, passphrase) as ParsedKey | ParsedKey[] | Error;
  if (!Array.isArray(parsed)) return parsed;
  return parsed[0] ?? new Error("no key");
}

function privateKeyError(error: Error, passphrase: string | undefined): Error {
  if (!/passphrase|encrypted|decrypt|integrity/i.test(error.message)) {
    return new Error("ssh: no key found", { cause: error });
  }
  const reason =
    passphrase === undefined
      ? "ssh: this private key is passphrase protected"
      : "x509: decryption password incorrect";
  return new Error(reason, { cause: error });
}

/** Tries each method once, if the server accepts it, and lists the methods tried. */
export function offerInOrder(
  methods: readonly AnyAuthMethod[],
  attempted: string[],
): AuthHandlerMiddleware {
  const left = [...methods];
  return (accepted, _partialSuccess, next) => {
    // The accepted methods are unknown (null) until the first method has been refused.
    const index = left.findIndex(({ type }) => {
      const name = type === "agent" ? "publickey" : type;
      return (accepted as string[] | null)?.includes(name) ?? true;
    });
    const [method] = index === -1 ? [] : left.splice(index, 1);
    if (method === undefined) {
      // `false` ends the login; it is missing in the library's types.
      (next as (method: AnyAuthMethod | false) => void)(false);
      return;
    }
    attempted.push(method.type === "agent" ? "publickey" : method.type);
    next(method);
  };
}
