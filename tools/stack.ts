import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Problem } from "./problem.js";
import { project, stateFolder } from "./paths.js";
import { run, type Result, type RunOptions } from "./shell.js";

/** Milliseconds a deployment waits for another one of the same environment. */
const deploymentDeadline = 20 * 60_000;

/**
 * The stack of one local environment. Its settings are those of Pulumi.NAME.yaml; what Pulumi writes beside
 * them, the salt of its secrets, goes into the state folder, so that deploying changes no committed file.
 */
export class Stack {
  private readonly settingsFile: string;
  private readonly stackFile: string;

  /**
   * @param name name of the environment and its stack
   * @param environment environment for the CLI, made by the toolchain
   */
  constructor(
    readonly name: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {
    this.settingsFile = join(project, `Pulumi.${name}.yaml`);
    this.stackFile = join(stateFolder, `Pulumi.${name}.yaml`);
  }

  /**
   * Makes the stack if there is none, and takes over the settings as they are now.
   *
   * @throws Problem when there are no settings
   */
  async prepare(): Promise<void> {
    if (!existsSync(this.settingsFile)) {
      throw new Problem(
        `There is no Pulumi.${this.name}.yaml; copy Pulumi.local.yaml to it, set puppet:containers.subnet to a network of its own, and run this again.`,
      );
    }
    await mkdir(stateFolder, { recursive: true, mode: 0o700 });
    const settings = await readFile(this.settingsFile, "utf8");
    if (!(await this.exists())) {
      await this.pulumi(["stack", "init", this.name]);
      const salted = await readFile(this.settingsFile, "utf8");
      await writeFile(this.settingsFile, settings);
      await writeFile(this.stackFile, salted, { mode: 0o600 });
    }
    const salt = /^encryptionsalt:.*$/m;
    const kept = existsSync(this.stackFile)
      ? (salt.exec(readFileSync(this.stackFile, "utf8"))?.[0] ?? "")
      : "";
    await writeFile(
      this.stackFile,
      salt.test(settings) ? settings : `${settings.trimEnd()}\n${kept}\n`,
      { mode: 0o600 },
    );
  }

  /** Whether the stack is there. */
  async exists(): Promise<boolean> {
    return (await this.run(["stack", "ls", "--json"])).stdout.includes(`"name": "${this.name}"`);
  }

  /** Deploys, showing what happens. */
  async up(): Promise<number> {
    return this.operate(["up", "--skip-preview"]);
  }

  /** Destroys all resources, showing what happens. */
  async destroy(): Promise<number> {
    return this.operate(["destroy", "--skip-preview"]);
  }

  /** Removes the stack and all the project keeps of it. */
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
    await rm(this.stackFile, { force: true });
    // Nothing of the state is left once the last stack is gone; the passphrase opens nothing then.
    const { stdout } = await this.run(["stack", "ls", "--json"]);
    if (stdout.trim() === "[]") await rm(stateFolder, { recursive: true, force: true });
  }

  /** The stack's outputs, secrets in clear. */
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

  /** Runs the CLI on the project and returns how it ended. */
  run(args: readonly string[], options: RunOptions = {}): Promise<Result> {
    return run(["pulumi", "--non-interactive", ...args], {
      cwd: project,
      env: this.environment,
      ...options,
    });
  }

  private async pulumi(args: readonly string[]): Promise<Result> {
    const result = await this.run(args);
    if (result.code !== 0)
      throw new Problem(`pulumi ${args.join(" ")} failed: ${result.stderr.trim()}`);
    return result;
  }

  private async operate(operation: readonly string[]): Promise<number> {
    await this.releaseLock();
    const { code } = await this.run(
      [
        ...operation,
        "--yes",
        "--suppress-outputs",
        "--stack",
        this.name,
        "--config-file",
        this.stackFile,
      ],
      { show: true },
    );
    return code;
  }

  /** Waits for a deployment that still runs; ends the claim of one that was killed. */
  private async releaseLock(): Promise<void> {
    const deadline = Date.now() + deploymentDeadline;
    let told = false;
    for (;;) {
      const owners = this.lockOwners();
      if (owners.length === 0) return;
      const alive = owners.find((owner) => owner.hostname !== hostname() || isAlive(owner.pid));
      if (alive === undefined) {
        console.log("an earlier deployment was interrupted; going on from where it was");
        await this.pulumi(["cancel", "--yes", "--stack", this.name]);
        return;
      }
      const who = `process ${String(alive.pid)} on ${alive.hostname}`;
      if (Date.now() > deadline) {
        throw new Problem(
          `Another deployment of ${this.name} (${who}) still runs after 20 minutes; end it and run this again.`,
        );
      }
      if (!told) console.log(`waiting for another deployment of ${this.name} (${who}) to end`);
      told = true;
      await pause(500);
    }
  }

  private lockOwners(): LockOwner[] {
    const url = this.environment.PULUMI_BACKEND_URL ?? "";
    if (!url.startsWith("file://")) return [];
    const folder = join(
      url.slice("file://".length),
      ".pulumi",
      "locks",
      "organization",
      "puppet",
      this.name,
    );
    if (!existsSync(folder)) return [];
    return readdirSync(folder).flatMap((file) => {
      try {
        return [JSON.parse(readFileSync(join(folder, file), "utf8")) as LockOwner];
      } catch {
        // Released since the folder was read.
        return [];
      }
    });
  }
}

interface LockOwner {
  readonly pid: number;
  readonly hostname: string;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
