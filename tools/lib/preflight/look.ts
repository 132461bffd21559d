import { setTimeout as pause } from "node:timers/promises";
import type { Look } from "../../../platforms/existing/existing-servers.js";
import { remoteHost, type Connection } from "../remote.js";
import type { Result } from "../shell.js";
import { findingsIn, isWhole, printable, type Finding } from "./findings.js";

/** How patient a look is. */
export interface Patience {
  /** Seconds that a server may take until it answers over SSH. */
  readonly dial: number;
  /** Seconds that it may take to boot after that. */
  readonly boot: number;
  /** Whether a server that does not answer stops a deployment. */
  readonly required: boolean;
}

/** What OpenSSH says of a server that may answer later. */
const away = /refused|timed out|No route to host|unreachable|reset by|closed by|banner exchange/i;

/** Looks at the same time through a jump host: more unfinished logins are dropped by OpenSSH's server. */
const throughJumpHost = 8;

/** Seconds that a look itself may take, after the boot: names and package sources that do not answer included. */
const longestLook = 60;

/**
 * Looks at all servers at the same time, and changes nothing.
 *
 * @param say receives a line for each wait
 */
export async function lookAtServers(
  looks: readonly Look[],
  patience: Patience,
  say: (line: string) => void,
): Promise<Finding[]> {
  const results = new Map<string, Result>();
  const waiting = [...looks];
  const next = async (): Promise<void> => {
    const look = waiting.shift();
    if (look === undefined) return;
    results.set(look.name, await lookAtServer(look, patience, say));
    await next();
  };
  const jumps = looks.some(({ connection }) => "proxy" in connection);
  await Promise.all(Array.from({ length: jumps ? throughJumpHost : looks.length }, next));
  const printed = Object.fromEntries(
    looks.map(({ name }) => [name, results.get(name)?.stdout ?? ""]),
  );
  return [
    ...looks.flatMap((look) => failure(look, results.get(look.name), patience)),
    ...findingsIn(printed),
  ];
}

async function lookAtServer(
  { fqdn, address, connection, script }: Look,
  { dial, boot }: Patience,
  say: (line: string) => void,
): Promise<Result> {
  const host = remoteHost({ fqdn, address }, connection as Connection);
  const end = Date.now() + dial * 1000;
  let told = false;
  for (;;) {
    const clock = String(Math.round(Date.now() / 1000));
    const result = await host.run(`bash -s ${String(boot)} ${clock}`, {
      stdin: script,
      timeout: (boot + longestLook) * 1000,
      follow: (text) => {
        for (const line of text.split("\n")) if (line.startsWith(`${fqdn}: waiting`)) say(line);
      },
    });
    if (result.code !== 255 || !away.test(result.stderr) || Date.now() > end) return result;
    if (!told) say(`${fqdn}: waiting for SSH`);
    told = true;
    await pause(2000);
  }
}

/** Why a look could not be done; nothing if it was. */
function failure(
  { name, connection }: Look,
  { code, stdout, stderr }: Result = { code: 255, stdout: "", stderr: "" },
  { boot, required }: Patience,
): Finding[] {
  if (code === 0 && isWhole(stdout)) return [];
  const { user } = connection;
  const lines = [stderr, stdout].flatMap((text) => text.trim().split("\n")).filter(Boolean);
  const errors = stderr.trim().split("\n").filter(Boolean);
  const said = printable(errors.at(-1) ?? lines.at(-1) ?? "");
  const row = (about: string, found: string, would: string, advice: string): Finding[] => [
    { server: name, stops: about !== "away" || required, about, found, would, advice },
  ];
  if (code === 255 && /UNKNOWN port/.test(stderr)) {
    // What the jump host's own connection says comes first.
    const first = errors.find((line) => !/^Warning: |UNKNOWN port/.test(line)) ?? said;
    return row(
      "jump host",
      `SSH does not come through the jump host: ${printable(first)}`,
      "reach no server",
      "check user, hostKey and port of puppet:existing.jumpHost, its key, and AllowTcpForwarding there",
    );
  }
  if (code === 255 && /Host key verification failed/.test(stderr)) {
    return row(
      "host key",
      "it presents another host key than the settings have",
      "send nothing to it",
      "find out why before you write another hostKey",
    );
  }
  if (code === 255 && /^\S+: Permission denied \(/m.test(stderr)) {
    return row(
      "login",
      `it does not let ${user} log in with the key: ${said}`,
      "fail at its first step",
      `add the public key of puppet:existing.privateKey to ${user}'s authorized_keys there, and write the user there in the settings`,
    );
  }
  if (errors.some((line) => line.startsWith("sudo: ")) || /sudo: .*not found/.test(stderr)) {
    return row(
      "sudo",
      printable(errors.find((line) => line.includes("sudo: ")) ?? said),
      "fail at its first step",
      `let ${user} use sudo without a password and a terminal: ${user} ALL=(ALL) NOPASSWD: ALL, and Defaults:${user} !requiretty`,
    );
  }
  if (code === 255) {
    return row(
      "away",
      said,
      "wait for it, and fail",
      "start it, and check address, port and firewall; an account that has expired is closed like this too",
    );
  }
  const why =
    code === 137
      ? `it did not end within ${String(boot + longestLook)} s`
      : `it ended with ${String(code)}${said === "" ? ", and said nothing" : `: ${said}`}`;
  return row(
    "look",
    `the look did not run to its end: ${why}`,
    "fail at its first step",
    `let ${user} run commands over SSH: see the key's line in authorized_keys, the login shell, its .bashrc, and whether the password has expired`,
  );
}
