import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { CapturedOutput } from "./captured-output.js";
import { commandResource, type RunCommand } from "./command-resource.js";
import { systemErrorText } from "./go-text.js";
import { type LocalCommandInputs, localCommandTypes } from "./inputs.js";

const run: RunCommand<LocalCommandInputs> = (context, commandLine, inputs, previous) => {
  const [program = "/bin/sh", ...options] = inputs.interpreter ?? [];
  const args = [...(inputs.interpreter?.length ? options : ["-c"]), commandLine];
  const environment: NodeJS.ProcessEnv = { ...process.env, ...inputs.environment };
  if (inputs.addPreviousOutputInEnv !== false) {
    if (previous.stdout !== "") environment.PULUMI_COMMAND_STDOUT = previous.stdout;
    if (previous.stderr !== "") environment.PULUMI_COMMAND_STDERR = previous.stderr;
  }
  const captured = new CapturedOutput(context.log, inputs.logging);
  const cwd = inputs.dir ?? process.cwd();
  const startProblem = whyNotStartable(program, cwd);
  if (startProblem !== undefined) throw captured.failure(startProblem, commandLine);

  return new Promise((resolve, reject) => {
    const stdin = inputs.stdin ?? "";
    const child = spawn(program, args, {
      cwd,
      env: environment,
      stdio: [stdin === "" ? "ignore" : "pipe", "pipe", "pipe"],
    });
    let finished = false;
    const finish = (reason?: string): void => {
      // A program that cannot be started is reported twice: as an error, and as closed.
      if (finished) return;
      finished = true;
      context.ended.removeEventListener("abort", kill);
      captured.end();
      if (reason === undefined) resolve(captured.outputs);
      else reject(captured.failure(reason, commandLine));
    };
    const kill = (): void => {
      child.kill("SIGKILL");
      // Processes started by the command may keep the streams open; we do not wait for them.
      child.stdout?.destroy();
      child.stderr?.destroy();
    };
    context.ended.addEventListener("abort", kill);
    child.stdout?.on("data", (chunk: Buffer) => captured.add("stdout", chunk));
    child.stderr?.on("data", (chunk: Buffer) => captured.add("stderr", chunk));
    // A command may end without reading all of its standard input.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(stdin);
    child.on("error", (error) => finish(`fork/exec ${program}: ${systemErrorText(error)}`));
    child.on("close", (code, signal) => {
      if (signal !== null) finish(`signal: ${signalText(signal)}`);
      else finish(code === 0 ? undefined : `exit status ${code}`);
    });
    if (context.ended.aborted) kill();
  });
};

export const localCommand = commandResource(localCommandTypes, async (...args) => run(...args));

const signalTexts: Readonly<Record<string, string>> = {
  SIGABRT: "aborted",
  SIGHUP: "hangup",
  SIGINT: "interrupt",
  SIGKILL: "killed",
  SIGPIPE: "broken pipe",
  SIGQUIT: "quit",
  SIGSEGV: "segmentation fault",
  SIGTERM: "terminated",
};

function signalText(signal: string): string {
  return signalTexts[signal] ?? signal;
}

/** Node.js reports a missing folder as a missing program; this distinguishes them beforehand. */
function whyNotStartable(program: string, cwd: string): string | undefined {
  try {
    if (!statSync(cwd).isDirectory()) return `chdir ${cwd}: not a directory`;
  } catch (error) {
    return `chdir ${cwd}: ${systemErrorText(error as NodeJS.ErrnoException)}`;
  }
  if (program.includes("/")) return undefined;
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.some((folder) => isExecutable(join(folder, program)))
    ? undefined
    : `exec: "${program}": executable file not found in $PATH`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
