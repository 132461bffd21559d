import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Runs a Pulumi program through the real engine: the `pulumi` on PATH, with the plugins it finds.
 * Each project has one stack, in a backend of its own that nobody else sees.
 */

export interface ProjectOptions {
  /** Folders with plugins that the program needs besides those on PATH. */
  plugins?: readonly string[];
}

export interface RunOptions {
  /** Stack configuration, by full key (`project:name`). Objects are given as JSON. */
  config?: Readonly<Record<string, unknown>>;
  /** Goes on with other resources when one has failed. */
  continueOnError?: boolean;
  /** Cancels the run as Ctrl-C does. */
  signal?: AbortSignal;
}

export interface Diagnostic {
  urn?: string;
  message: string;
  severity: "debug" | "info" | "info#err" | "warning" | "error";
  /** Shown while the resource is worked on, and not repeated in the summary. */
  ephemeral?: boolean;
}

/** One line of the engine's event log, as far as tests look at it. */
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
  /** URNs of what it waits for. */
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

  /** The run itself if it succeeded; otherwise an error with all it said. */
  succeeded(): this {
    if (this.exitCode === 0) return this;
    throw new Error(`pulumi exited with ${this.exitCode}:\n${this.stdout}\n${this.stderr}`);
  }
}

const stack = "test";

/** Folders with plugins that stand in for a cloud and for hosts that are not there. */
export const standIns = {
  aws: fileURLToPath(new URL("../../standins/aws/bin", import.meta.url)),
  commands: fileURLToPath(new URL("../../standins/absent-hosts/bin", import.meta.url)),
};

export class Project {
  /** Holds the backend, the stack's configuration and the event logs. */
  readonly #home: string;
  readonly #program: string;
  readonly #path: string;
  #created = false;
  #runs = 0;

  /** `program` is the folder that holds Pulumi.yaml; nothing is written there. */
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

  /** Writes one setting to the stack's file as its users do, by its path. */
  async set(path: string, value: string, { secret = false } = {}): Promise<void> {
    if (!this.#created) await this.#createStack();
    const flags = ["--path", "--stack", stack, "--config-file", this.#configFile];
    const kind = secret ? "--secret" : "--plaintext";
    (await this.#pulumi(["config", "set", path, value, kind, ...flags], {})).succeeded();
  }

  /** The stack's state as text; with `showSecrets`, secrets are in it in clear. */
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

  /** The resources in the stack's state, for programs that give a name to more than one. */
  async resourceList(): Promise<readonly ResourceState[]> {
    const { deployment } = JSON.parse(await this.export()) as {
      deployment: { resources?: ResourceState[] };
    };
    return deployment.resources ?? [];
  }

  /** Forgets the stack, whatever is deployed. */
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

  /** From a copy of Pulumi.yaml, because the command writes the configuration file beside it. */
  async #createStack(): Promise<void> {
    fs.copyFileSync(join(this.#program, "Pulumi.yaml"), join(this.#home, "Pulumi.yaml"));
    const run = await this.#pulumi(["stack", "init", stack], {}, this.#home);
    run.succeeded();
    this.#created = true;
  }

  /** Keeps the line with which the CLI recognises the passphrase. */
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
        // Makes the event log available.
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
