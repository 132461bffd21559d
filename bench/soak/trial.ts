import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { distributions, type Distribution } from "../../distributions/index.js";
import type { Settings } from "../../settings/settings.js";
import { puppetdbPort } from "../../templates/puppetdb/puppetdb.js";
import { mainName } from "../../roles/main/main.js";
import { project } from "../../tools/lib/paths.js";
import { exec } from "../../tools/lib/podman.js";
import { awaitPool, type Statistics } from "../../tools/lib/pool.js";
import { Problem } from "../../tools/lib/problem.js";
import { settingsOf } from "../../tools/lib/settings.js";
import { run, type Result } from "../../tools/lib/shell.js";
import type { Stack } from "../../tools/lib/stack.js";
import { combined, withSettings, type Changes } from "./stack-text.js";

/** A trial environment that is being changed; what it was before is put back in the end. */
export class Trial {
  /** Names of its compilers, as they are now. */
  compilers: readonly string[];
  readonly settings: Settings;
  readonly distribution: Distribution;
  /** Everything that commands said; it stays if one of them failed. */
  readonly log: string;
  private readonly original: string;
  private readonly folder = mkdtempSync(join(tmpdir(), "pulumi-puppet-soak-"));
  private changes: Changes = {};
  private code: string | undefined;
  private failed = false;

  constructor(
    private readonly stack: Stack,
    readonly statistics: Statistics,
  ) {
    this.original = readFileSync(stack.stackFile, "utf8");
    this.settings = settingsOf(stack);
    this.distribution = distributions[this.settings.distribution];
    this.compilers = this.settings.hosts.compilers;
    this.log = join(this.folder, "commands.log");
  }

  /** Deploys the environment with some settings changed. */
  async change(changes: Changes): Promise<void> {
    this.changes = combined(this.changes, changes);
    await this.deploy(withSettings(this.original, this.changes));
  }

  /** Deploys the environment with some settings changed, kills that after some seconds, and deploys it again. */
  async changeTwice(changes: Changes, seconds: number): Promise<void> {
    this.changes = combined(this.changes, changes);
    const text = withSettings(this.original, this.changes);
    const killed = AbortSignal.timeout(seconds * 1000);
    await this.deploy(text, killed);
    await this.deploy(text);
  }

  /** Waits until every compiler is in the pool. */
  whole(): Promise<void> {
    return awaitPool(this.statistics, () => undefined);
  }

  /** Runs a shell command on one of the hosts. */
  async on(host: string, command: string): Promise<void> {
    const words = ["sh", "-c", command];
    await this.must(`${host}: ${command}`, exec(this.stack.name, host, words, { apart: true }));
  }

  /**
   * PuppetDB's answer about reports, by a query in its AST.
   *
   * @throws Problem if there is none
   */
  async reports(query: unknown): Promise<unknown> {
    const { domain, hosts } = this.settings;
    const { ssldir } = this.distribution.paths;
    const fqdn = `${mainName}.${domain}`;
    const certificate = `--cacert ${ssldir}/certs/ca.pem --cert ${ssldir}/certs/${fqdn}.pem --key ${ssldir}/private_keys/${fqdn}.pem`;
    const url = `https://${hosts.puppetdb ?? mainName}.${domain}:${String(puppetdbPort)}/pdb/query/v4/reports`;
    const curl = `curl --noproxy '*' --silent --show-error --fail-with-body --max-time 60 ${certificate} --header 'Content-Type: application/json' --data @- ${url}`;
    const { code, stdout, stderr } = await exec(this.stack.name, mainName, ["sh", "-c", curl], {
      apart: true,
      stdin: JSON.stringify({ query }),
    });
    if (code !== 0) throw new Problem(`PuppetDB gave no answer: ${stderr.trim()} ${stdout}`);
    return JSON.parse(stdout) as unknown;
  }

  /** Runs the command of one of the project's npm scripts, perhaps until it is killed. */
  async npm(script: string, args: readonly string[], killed?: AbortSignal): Promise<void> {
    const words = [process.execPath, join(project, "tools", "run.js"), script, ...args];
    await this.must(
      `npm run ${script} -- ${args.join(" ")}`,
      run(words, { cwd: project, apart: true, killed }),
      killed,
    );
  }

  /** Does something on a compiler while it is drained. */
  async whileDrained(compiler: string, act: () => Promise<void>): Promise<void> {
    await this.npm("drain", [compiler, this.stack.name]);
    await act();
    await this.npm("ready", [compiler, this.stack.name]);
    await this.whole();
  }

  /**
   * Pushes a commit to the control repository.
   *
   * @param text of a file that no catalog depends on
   */
  async push(text: string | undefined): Promise<void> {
    const file = "soak.txt";
    if (this.code === undefined) {
      this.code = join(this.folder, "code");
      await this.npm("push", [this.code, this.stack.name]);
    }
    if (text === undefined) await this.git("rm", "--quiet", "--ignore-unmatch", file);
    else writeFileSync(join(this.code, file), text);
    await this.git("add", "--all");
    // After a soak that was killed, the same seed writes what is there already.
    const author = ["-c", "user.name=soak", "-c", "user.email=soak@localhost"];
    await this.git(
      ...author,
      "commit",
      "--quiet",
      "--allow-empty",
      "--message",
      `soak: ${text ?? "the end"}`,
    );
    await this.npm("push", [this.code, this.stack.name]);
  }

  /**
   * Puts back the settings and the code.
   *
   * @throws Problem saying what could not be put back, and how to do it by hand
   */
  async putBack(): Promise<void> {
    const steps = [
      ...(this.code === undefined ? [] : [() => this.push(undefined)]),
      ...(Object.keys(this.changes).length === 0 ? [] : [() => this.deploy(this.original)]),
    ];
    const failures: string[] = [];
    for (const step of steps) {
      await step().catch((error: unknown) => failures.push(String(error)));
    }
    if (failures.length > 0) {
      throw new Problem(
        `Not everything could be put back: ${failures.join("; ")}; see ${this.log}, and put the settings back with ${this.byHand()}.`,
      );
    }
    if (!this.failed) rmSync(this.folder, { recursive: true });
  }

  /** How to put the settings back by hand. */
  byHand(): string {
    return `npm start -- ${this.stack.name} ${this.kept()}`;
  }

  private kept(): string {
    const file = join(this.folder, "original.yaml");
    writeFileSync(file, this.original, { mode: 0o600 });
    return file;
  }

  private async deploy(text: string, killed?: AbortSignal): Promise<void> {
    const file = join(this.folder, "changed.yaml");
    writeFileSync(file, text, { mode: 0o600 });
    await this.npm("start", [this.stack.name, file], killed);
  }

  private git(...words: readonly string[]): Promise<void> {
    const command = ["git", "-C", this.code ?? "", ...words];
    return this.must(command.join(" "), run(command, { apart: true }));
  }

  private async must(what: string, ended: Promise<Result>, killed?: AbortSignal): Promise<void> {
    const { code, stdout, stderr } = await ended;
    const said = `${stdout}${stderr}`.trimEnd();
    await appendFile(this.log, `\n$ ${what}\n${said}\n`);
    if (code === 0 || killed?.aborted === true) return;
    this.failed = true;
    const lines = said.split("\n");
    const line = lines.find((line) => /\berror:/i.test(line)) ?? lines.at(-1) ?? "";
    throw new Error(`${what} failed: ${line.trim()}`);
  }
}
