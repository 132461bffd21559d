/**
 * Texts as the official plugin's runtime (Go) writes them, so that error messages are the same.
 */

const escapes: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  '"': '\\"',
};

/** The text in double quotes, with unprintable characters escaped. */
export function quoted(text: string): string {
  const inner = text.replace(/["\\]|[^\P{C}]|[^\P{Z} ]/gu, (char) => {
    const code = char.codePointAt(0) ?? 0;
    const hex = (digits: number): string => code.toString(16).padStart(digits, "0");
    if (escapes[char] !== undefined) return escapes[char];
    if (code < 0x20 || code === 0x7f) return `\\x${hex(2)}`;
    return code > 0xffff ? `\\U${hex(8)}` : `\\u${hex(4)}`;
  });
  return `"${inner}"`;
}

const systemErrors: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset by peer",
  EHOSTUNREACH: "no route to host",
  EISDIR: "is a directory",
  ENETUNREACH: "network is unreachable",
  ENOENT: "no such file or directory",
  ENOEXEC: "exec format error",
  ENOTDIR: "not a directory",
  EPERM: "operation not permitted",
  EPIPE: "broken pipe",
  ETIMEDOUT: "connection timed out",
};

/** The system's message for an error of a Node.js call. */
export function systemErrorText(error: NodeJS.ErrnoException): string {
  return systemErrors[error.code ?? ""] ?? error.message;
}

/** A host and port as in a URL: IPv6 addresses are in brackets. */
export function hostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
