import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Runs a Pulumi program through the real engine: the `pulumi` on PATH, with the plugins it finds.
 * Each project has one stack, in its own private backend.
 */

export interface ProjectOptions {
  /** Folders with plugins that the program needs in addition to those on PATH. */
  plugins?: readonly string[];
}

export interface RunOptions {
  /** Stack configuration by full key (`project:name`). Objects are passed as JSON. */
  config?: Readonly<Record<string, unknown>>;
  /** Continues with other resources after one has failed. */
  continueOnError?: boolean;
  /** Cancels the run as Ctrl-C does. */
  signal?: AbortSignal;
}

export interface Diagnostic {
  urn?: string;
  message: string;
  severity: "debug" | "info" | "info#err" | "warning" | "error";
  /** Shown while the resource is being processed, and not repeated in the summary. */
  ephemeral?: boolean;
}

/** The parts of a line in the engine's event log that tests look at. */
export interface EngineEvent {
  diagnosticEvent?: Diagnostic;
  resourcePreEvent?: { metadata: StepMetadata };
}

interface StepMetadata {
  op: string;
  urn: string;
  type: string;
}

export interface ResourceState {
  urn: string;
  id?: string;
  type: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  /** URNs of the resources it depends on. */
  dependencies?: readonly string[];
}

export class Run {
  constructor(
    readonly exitCode: number | null,
    readonly stdout: string,
    readonly stderr: string,
    readonly events: readonly EngineEvent[],
  ) {}

  /** What the engine did to the program's resources, in order, as "operation name". */
  get steps(): string[] {
    return this.events
      .flatMap((event) => event.resourcePreEvent?.metadata ?? [])
      .filter(({ type }) => !type.startsWith("pulumi:"))
      .map(({ op, urn }) => `${op} ${nameOf(urn)}`);
  }

  /** What the engine changed, in alphabetical order, as "operation type name" with the type's last word. */
  get changes(): string[] {
    return this.events
      .flatMap((event) => event.resourcePreEvent?.metadata ?? [])
      .filter(({ type, op }) => !type.startsWith("pulumi:") && !/^(same|read)/.test(op))
      .map(({ op, urn, type }) => `${op} ${type.split(":").at(-1) ?? ""} ${nameOf(urn)}`)
      .sort();
  }

  /** What was logged about the resource with this name, without the engine's debug messages. */
  diagnostics(name: string): Diagnostic[] {
    return this.events
      .flatMap((event) => event.diagnosticEvent ?? [])
      .filter(({ urn, severity }) => severity !== "debug" && nameOf(urn ?? "") === name);
  }

  /** The text of all errors about the resource with this name. */
  errors(name: string): string {
    return this.diagnostics(name)
      .filter(({ severity }) => severity === "error")
      .map(({ message }) => message)
      .join("\n");
  }

  /** Returns the run itself if it succeeded; otherwise throws an error with its whole output. */
  succeeded(): this {
    if (this.exitCode === 0) return this;
    throw new Error(`pulumi exited with ${this.exitCode}:\n${this.stdout}\n${this.stderr}`);
  }
}

const stack = "test";

/** Folders with plugins that stand in for a cloud and for nonexistent hosts. */
export const standIns = {
  aws: fileURLToPath(new URL("../../standins/aws/bin", import.meta.url)),
  commands: fileURLToPath(new URL("../../standins/absent-hosts/bin", import.meta.url)),
};

export class Project {
  /** Folder for the backend, the stack's configuration and the event logs. */
  readonly #home: string;
  readonly #program: string;
  readonly #path: string;
  #created = false;
  #runs = 0;

  /** `program` is the folder with Pulumi.yaml; nothing is written there. */
  constructor(program: string, { plugins = [] }: ProjectOptions = {}) {
    this.#program = program;
    this.#path = [...plugins, process.env.PATH ?? ""].join(delimiter);
    this.#home = fs.mkdtempSync(join(tmpdir(), "pulumi-test-"));
    fs.mkdirSync(join(this.#home, "backend"));
  }

  up(options: RunOptions = {}): Promise<Run> {
    return this.#deploy(["up", "--skip-preview", "--yes"], options);
  }

  preview(options: RunOptions = {}): Promise<Run> {
    return this.#deploy(["preview"], options);
  }

  destroy(options: RunOptions = {}): Promise<Run> {
    return this.#deploy(["destroy", "--skip-preview", "--yes"], options);
  }

  /** Sets one setting by its path in the stack's file, as users do. */
  async set(path: string, value: string, { secret = false } = {}): Promise<void> {
    if (!this.#created) await this.#createStack();
    const flags = ["--path", "--stack", stack, "--config-file", this.#configFile];
    const kind = secret ? "--secret" : "--plaintext";
    (await this.#pulumi(["config", "set", path, value, kind, ...flags], {})).succeeded();
  }

  /** The stack's state as text; with `showSecrets`, it has secrets in plaintext. */
  async export(options: { showSecrets?: boolean } = {}): Promise<string> {
    const args = ["stack", "export", "--stack", stack];
    if (options.showSecrets === true) args.push("--show-secrets");
    const run = await this.#pulumi(args, {});
    return run.succeeded().stdout;
  }

  /** The program's resources in the stack's state, by name. */
  async resources(): Promise<Record<string, ResourceState>> {
    return Object.fromEntries((await this.resourceList()).map((r) => [nameOf(r.urn), r]));
  }

  /** The resources in the stack's state, for programs that use the same name for more than one. */
  async resourceList(): Promise<readonly ResourceState[]> {
    const { deployment } = JSON.parse(await this.export()) as {
      deployment: { resources?: ResourceState[] };
    };
    return deployment.resources ?? [];
  }

  /** Removes the stack's files, whatever is deployed. */
  remove(): void {
    fs.rmSync(this.#home, { recursive: true, force: true });
  }

  get #configFile(): string {
    return join(this.#home, `Pulumi.${stack}.yaml`);
  }

  async #deploy(command: readonly string[], options: RunOptions): Promise<Run> {
    if (!this.#created) await this.#createStack();
    if (options.config !== undefined) this.#writeConfig(options.config);
    const eventLog = join(this.#home, `events-${++this.#runs}.json`);
    const more = options.continueOnError === true ? ["--continue-on-error"] : [];
    const run = await this.#pulumi(
      [
        ...command,
        ...more,
        "--stack",
        stack,
        "--config-file",
        this.#configFile,
        "--event-log",
        eventLog,
      ],
      options,
    );
    const lines = fs.existsSync(eventLog) ? fs.readFileSync(eventLog, "utf8").split("\n") : [];
    const events = lines
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as EngineEvent);
    return new Run(run.exitCode, run.stdout, run.stderr, events);
  }

  /** Uses a copy of Pulumi.yaml, because the command writes the configuration file next to it. */
  async #createStack(): Promise<void> {
    fs.copyFileSync(join(this.#program, "Pulumi.yaml"), join(this.#home, "Pulumi.yaml"));
    const run = await this.#pulumi(["stack", "init", stack], {}, this.#home);
    run.succeeded();
    this.#created = true;
  }

  /** Keeps the line that the CLI verifies the passphrase with. */
  #writeConfig(config: Readonly<Record<string, unknown>>): void {
    const salt = /^encryptionsalt:.*$/m.exec(fs.readFileSync(this.#configFile, "utf8"))?.[0] ?? "";
    const values = Object.entries(config).map(([key, value]) => {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      return `  ${key}: ${JSON.stringify(text)}`;
    });
    fs.writeFileSync(this.#configFile, [salt, "config:", ...values, ""].join("\n"));
  }

  #pulumi(args: readonly string[], options: RunOptions, folder = this.#program): Promise<Run> {
    const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd: folder,
      env: {
        ...process.env,
        PATH: this.#path,
        PULUMI_BACKEND_URL: `file://${join(this.#home, "backend")}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        // Enables --event-log.
        PULUMI_DEBUG_COMMANDS: "true",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const interrupt = (): void => void child.kill("SIGINT");
    options.signal?.addEventListener("abort", interrupt, { once: true });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => {
        options.signal?.removeEventListener("abort", interrupt);
        resolve(new Run(code, stdout, stderr, []));
      });
    });
  }
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
