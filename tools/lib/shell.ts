import { spawn, type StdioOptions } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";

/** How a command ended. */
export interface Result {
  /** Exit code; 128 plus the signal's number if a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of {@link run}. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Text for standard input; empty by default. */
  readonly stdin?: string;
  /** File for standard input, of any size, instead of text. */
  readonly stdinFile?: string;
  /** Lets the command read this process's standard input, a terminal or a file. */
  readonly inheritStdin?: boolean;
  /** File for standard output, instead of the result; overwritten, and created readable for its owner only. */
  readonly stdoutFile?: string;
  /** Shows output as it arrives instead of collecting it. */
  readonly show?: boolean;
  /** Receives standard error as it arrives, in addition to the result. */
  readonly follow?: (text: string) => void;
  /** Keeps signals from the terminal away from it: who pressed Ctrl-C waits for its end. */
  readonly apart?: boolean;
  /** Milliseconds after which the command is killed; unlimited by default. */
  readonly timeout?: number;
  /** Kills the command and all of its processes, if it runs `apart`. */
  readonly killed?: AbortSignal;
}

/**
 * Runs a program and waits for its end.
 *
 * @param command the program and its arguments, which no shell interprets
 * @throws Error if the program cannot be started
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
      detached: options.apart === true,
      timeout: options.timeout,
      killSignal: "SIGKILL",
    });
    for (const file of files) closeSync(file);
    const kill = () => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    };
    options.killed?.addEventListener("abort", kill);
    child.on("exit", () => options.killed?.removeEventListener("abort", kill));
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      options.follow?.(text);
    });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      resolve({ code: code ?? 128 + constants.signals[signal ?? "SIGKILL"], stdout, stderr });
    });
    // A program may end without reading its input.
    child.stdin?.on("error", () => undefined).end(options.stdin);
  });
}

/** Whether a program is found on PATH. */
export async function onPath(program: string): Promise<boolean> {
  return (await run(["sh", "-c", 'command -v "$1" >/dev/null', "sh", program])).code === 0;
}
