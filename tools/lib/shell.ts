import { spawn, type StdioOptions } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";

/** How a command ended. */
export interface Result {
  /** Exit code; 128 and the signal's number when a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What {@link run} takes besides the command. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Text for standard input, which is empty otherwise. */
  readonly stdin?: string;
  /** File for standard input, however large, instead of a text. */
  readonly stdinFile?: string;
  /** Has the command read what this process would, a terminal or a file. */
  readonly inheritStdin?: boolean;
  /** File that takes standard output instead of the result; made anew, for its owner alone. */
  readonly stdoutFile?: string;
  /** Shows output as it comes instead of collecting it. */
  readonly show?: boolean;
  /** Milliseconds after which the command is killed; unlimited by default. */
  readonly timeout?: number;
}

/**
 * Runs a program to its end.
 *
 * @param command the program and its arguments; no shell reads them
 * @throws Error when the program cannot be started
 */
export function run(command: readonly string[], options: RunOptions = {}): Promise<Result> {
  const [program = "", ...args] = command;
  const output = options.show === true ? "inherit" : "pipe";
  const files: number[] = [];
  const open = (path: string, flags: string) => {
    const file = openSync(path, flags, 0o600);
    files.push(file);
    return file;
  };
  const none = options.inheritStdin === true ? "inherit" : "ignore";
  const stdin = options.stdin === undefined ? none : "pipe";
  const stdio: StdioOptions = [
    options.stdinFile === undefined ? stdin : open(options.stdinFile, "r"),
    options.stdoutFile === undefined ? output : open(options.stdoutFile, "w"),
    output,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio,
      cwd: options.cwd,
      env: options.env ?? process.env,
      timeout: options.timeout,
      killSignal: "SIGKILL",
    });
    for (const file of files) closeSync(file);
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      resolve({ code: code ?? 128 + constants.signals[signal ?? "SIGKILL"], stdout, stderr });
    });
    // A program that ends without reading its input is no fault of ours.
    child.stdin?.on("error", () => undefined).end(options.stdin);
  });
}

/** Whether a program is found on PATH. */
export async function onPath(program: string): Promise<boolean> {
  return (await run(["sh", "-c", 'command -v "$1" >/dev/null', "sh", program])).code === 0;
}
