import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Problem } from "./problem.js";
import { project, stateFolder } from "./paths.js";
import { run, type Result, type RunOptions } from "./shell.js";
import { isAlive, lockOwners, type LockOwner } from "./stack-lock.js";

/** Milliseconds that a deployment waits for another of the same environment. */
const deploymentDeadline = 20 * 60_000;

/**
 * The stack of one local environment. The salt of its secrets, which Pulumi writes next to the settings, goes into the
 * state folder, so that a deployment changes no committed file.
 */
export class Stack {
  /** Settings of the last deployment. */
  readonly stackFile: string;
  /** Copy of the settings for npm run pulumi, with a salt. */
  readonly givenFile: string;
  /** Settings of a deployment that has started but not succeeded. */
  private readonly unfinished: string;
  /** The engine's event log of a running deployment. */
  private readonly events: string;

  /**
   * @param name name of the environment and its stack
   * @param environment environment for the CLI, from the toolchain
   */
  constructor(
    readonly name: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {
    this.stackFile = join(stateFolder, `Pulumi.${name}.yaml`);
    this.givenFile = join(stateFolder, `given-${name}.yaml`);
    this.unfinished = join(stateFolder, `unfinished-${name}.yaml`);
    this.events = join(stateFolder, `events-${name}.json`);
  }

  /**
   * Creates the stack if it does not exist, and writes its settings.
   *
   * @param settings text of a stack file
   * @param file where to write them, with its existing salt; by default the settings of the last deployment
   */
  async prepare(settings: string, file = this.stackFile): Promise<void> {
    await mkdir(stateFolder, { recursive: true, mode: 0o700 });
    const kept = existsSync(file) ? await readFile(file, "utf8") : "";
    const salted = (await this.exists()) ? kept : await this.init();
    const salt = /^encryptionsalt:.*$/m;
    const lines = salt.test(settings) ? [] : [salt.exec(salted)?.[0] ?? ""];
    await writeFile(file, [settings.trimEnd(), ...lines, ""].join("\n"), { mode: 0o600 });
  }

  /** Whether the stack exists. */
  async exists(): Promise<boolean> {
    return (await this.run(["stack", "ls", "--json"])).stdout.includes(`"name": "${this.name}"`);
  }

  /**
   * Deploys, showing progress.
   *
   * The engine keeps the old inputs of resources that it failed to change. So if a deployment did not finish and the
   * next one has other settings, such as the previous ones, it may see nothing to do on a host that is only partly
   * changed: then all hosts are converged again, which has no effect on hosts that are up to date. A deployment that was
   * rejected before it changed anything does not need this.
   *
   * @param lost names of hosts whose machines are gone, to be recreated
   */
  async up(lost: readonly string[] = []): Promise<number> {
    const settings = await readFile(this.stackFile, "utf8");
    const left = existsSync(this.unfinished) ? await readFile(this.unfinished, "utf8") : undefined;
    const same = left === undefined || left === settings;
    // An empty file, which matches no settings, makes all further deployments converge every host until one succeeds.
    await writeFile(this.unfinished, same ? settings : "", { mode: 0o600 });
    const type = "puppet:index:Containers$command:local:Command";
    const replaced = [
      ...lost.map((host) => `urn:pulumi:${this.name}::puppet::${type}::${host}`),
      ...(same ? [] : await this.convergences()),
    ];
    await rm(this.events, { force: true });
    const code = await this.operate([
      ...["up", "--skip-preview", "--event-log", this.events],
      ...replaced.flatMap((urn) => ["--replace", urn]),
    ]);
    if (code === 0) await rm(this.unfinished, { force: true });
    else if (!(await this.changedSomething())) {
      if (left === undefined) await rm(this.unfinished);
      else await writeFile(this.unfinished, left, { mode: 0o600 });
    }
    await rm(this.events, { force: true });
    return code;
  }

  /** Whether the engine started to change any resource of the program, according to its event log. */
  private async changedSomething(): Promise<boolean> {
    interface Event {
      readonly resourcePreEvent?: {
        readonly metadata: { readonly op: string; readonly type: string; readonly urn: string };
      };
    }
    try {
      const lines = (await readFile(this.events, "utf8")).split("\n").filter(Boolean);
      return lines.some((line) => {
        const { op, type, urn } = (JSON.parse(line) as Event).resourcePreEvent?.metadata ?? {};
        // A look at servers changes nothing.
        if (urn?.endsWith("::servers-look") === true) return false;
        return !["same", "read", undefined].includes(op) && type?.startsWith("pulumi:") === false;
      });
    } catch {
      // Unknown without a log, or with an incomplete one.
      return true;
    }
  }

  /** URNs of the commands that converge the hosts. */
  private async convergences(): Promise<string[]> {
    const urns = await this.urns();
    return urns.filter((urn) => /:HostConfiguration\$command:remote:Command::.*-run$/.test(urn));
  }

  /** URNs of all resources in the stack's state. */
  async urns(): Promise<string[]> {
    const { stdout } = await this.pulumi(["stack", "export", "--stack", this.name]);
    const { deployment } = JSON.parse(stdout) as { deployment: { resources?: { urn: string }[] } };
    return (deployment.resources ?? []).map(({ urn }) => urn);
  }

  /**
   * Replaces resources, and updates what depends on them, showing a preview and progress.
   *
   * @param config flags of the CLI that name the settings file
   */
  async replace(urns: readonly string[], config: readonly string[]): Promise<number> {
    return this.operate(["up", ...urns.flatMap((urn) => ["--replace", urn])], config);
  }

  /** The public key that containers of this stack accept, and are known by; undefined before there is one. */
  async containersKey(): Promise<string | undefined> {
    const { stdout } = await this.pulumi([
      "stack",
      "export",
      "--show-secrets",
      "--stack",
      this.name,
    ]);
    const { deployment } = JSON.parse(stdout) as {
      deployment: { resources?: { urn: string; outputs?: { stdout?: { plaintext: string } } }[] };
    };
    const made = deployment.resources?.find(({ urn }) => urn.endsWith("::containers-keys"));
    const text = made?.outputs?.stdout?.plaintext;
    if (text === undefined) return undefined;
    const keys = JSON.parse(JSON.parse(text) as string) as { client: { public: string } };
    return keys.client.public;
  }

  /** Destroys all resources, showing progress. */
  async destroy(): Promise<number> {
    return this.operate(["destroy", "--skip-preview"]);
  }

  /** Removes the stack and all of the project's files about it. */
  async remove(): Promise<void> {
    await this.pulumi([
      "stack",
      "rm",
      "--yes",
      "--force",
      "--preserve-config",
      "--stack",
      this.name,
    ]);
    for (const file of [this.stackFile, this.givenFile, this.unfinished, this.events])
      await rm(file, { force: true });
    // After the last stack, the whole folder is removed: the passphrase has nothing left to decrypt.
    const { stdout } = await this.run(["stack", "ls", "--json"]);
    if (stdout.trim() === "[]") await rm(stateFolder, { recursive: true, force: true });
  }

  /** The stack's outputs, with secrets in plaintext. */
  async outputs(): Promise<Record<string, unknown>> {
    const { stdout } = await this.pulumi([
      "stack",
      "output",
      "--json",
      "--show-secrets",
      "--stack",
      this.name,
    ]);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  /**
   * One of the stack's settings, with secrets in plaintext.
   *
   * @param setting its name without the prefix
   */
  async setting(setting: string): Promise<unknown> {
    const file = existsSync(this.stackFile) ? ["--config-file", this.stackFile] : [];
    const { stdout } = await this.pulumi([
      ...["config", "--json", "--show-secrets", "--stack", this.name],
      ...file,
    ]);
    const config = JSON.parse(stdout) as Record<string, { value?: string; objectValue?: unknown }>;
    const { value, objectValue = value } = config[`puppet:${setting}`] ?? {};
    return objectValue;
  }

  /** Creates the stack, away from the project's own stack files, and returns the stack file that Pulumi writes. */
  async init(): Promise<string> {
    await mkdir(stateFolder, { recursive: true, mode: 0o700 });
    const folder = await mkdtemp(join(stateFolder, "init-"));
    try {
      await copyFile(join(project, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
      await this.pulumi(["stack", "init", this.name], { cwd: folder });
      return await readFile(join(folder, `Pulumi.${this.name}.yaml`), "utf8");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Runs the CLI on the project and returns the result. */
  run(args: readonly string[], options: RunOptions = {}): Promise<Result> {
    return run(["pulumi", "--non-interactive", ...args], {
      cwd: project,
      env: this.environment,
      ...options,
    });
  }

  private async pulumi(args: readonly string[], options: RunOptions = {}): Promise<Result> {
    const result = await this.run(args, options);
    if (result.code !== 0)
      throw new Problem(`pulumi ${args.join(" ")} failed: ${result.stderr.trim()}`);
    return result;
  }

  private async operate(
    operation: readonly string[],
    config = ["--config-file", this.stackFile] as readonly string[],
  ): Promise<number> {
    const options = ["--yes", "--suppress-outputs", "--stack", this.name];
    // Enables --event-log.
    const env = { ...this.environment, PULUMI_DEBUG_COMMANDS: "true" };
    for (;;) {
      await this.releaseLock(config);
      const command = [...operation, ...options, ...config];
      const { code } = await this.run(command, { show: true, env });
      // If another deployment started at the same moment, the lock is not ours.
      if (code === 0 || !this.lockOwners().some(isAlive)) return code;
    }
  }

  /** Waits for a running deployment; releases the lock of one that was killed. */
  private async releaseLock(config: readonly string[]): Promise<void> {
    const deadline = Date.now() + deploymentDeadline;
    let told = false;
    for (;;) {
      const owners = this.lockOwners();
      if (owners.length === 0) return;
      const alive = owners.find(isAlive);
      if (alive === undefined) {
        console.log("an earlier deployment was interrupted; continuing where it stopped");
        await this.forgetInterruption(config);
        return;
      }
      const who = `process ${String(alive.pid)} on ${alive.hostname}`;
      if (Date.now() > deadline) {
        throw new Problem(
          `Another deployment of ${this.name} (${who}) is still running after 20 minutes; stop it and run this again.`,
        );
      }
      if (!told) console.log(`waiting for another deployment of ${this.name} (${who}) to end`);
      told = true;
      await pause(500);
    }
  }

  /**
   * Releases the lock of a deployment that was killed. Resources that it was creating are created again, on top of
   * their remains; without this, every later deployment would warn about them.
   */
  private async forgetInterruption(config: readonly string[]): Promise<void> {
    await this.pulumi(["cancel", "--yes", "--stack", this.name]);
    await this.pulumi([
      ...["refresh", "--clear-pending-creates", "--yes", "--skip-preview"],
      ...["--stack", this.name, ...config],
    ]);
  }

  private lockOwners(): LockOwner[] {
    return lockOwners(this.environment.PULUMI_BACKEND_URL, this.name);
  }
}
