import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SettingsError } from "../../settings/settings.js";
import { project } from "../../tools/lib/paths.js";
import { readSettings } from "../../tools/lib/settings.js";
import { run } from "../../tools/lib/shell.js";
import { Stack } from "../../tools/lib/stack.js";

const name = "test-command";
const file = join(project, `Pulumi.${name}.yaml`);
const settings = "# As its owner wrote it.\nconfig:\n  puppet:domain: example.test\n";

describe("npm run pulumi", () => {
  const home = mkdtempSync(join(tmpdir(), "pulumi-puppet-"));
  const env = {
    ...process.env,
    PULUMI_BACKEND_URL: `file://${join(home, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
  };
  const pulumi = (...words: string[]) =>
    run(["node", "tools/run.js", "pulumi", ...words], { cwd: project, env });

  beforeAll(() => {
    mkdirSync(join(home, "backend"));
    writeFileSync(file, settings);
  });
  afterAll(() => {
    for (const path of [file, new Stack(name, env).givenFile]) rmSync(path, { force: true });
    rmSync(home, { recursive: true });
  });

  it("creates a stack with a settings file, in any form of its name, and leaves the file unchanged", async () => {
    const preview = await pulumi("preview", `--stack=${name}`, "--non-interactive");
    expect(preview.code, preview.stdout + preview.stderr).toBe(0);
    expect(preview.stderr).toContain(`creating the stack ${name}`);
    expect(preview.stdout).toContain("+ ");
    expect(readFileSync(file, "utf8")).toBe(settings);
  });

  it("gives the CLI the file itself once it contains a secret", async () => {
    const sealed = await pulumi(
      ...["config", "set", "--secret", "--path", "puppet:postgresql.password", "hunter2-hunter2"],
      ...["--stack", name],
    );
    expect(sealed.code, sealed.stderr).toBe(0);
    const text = readFileSync(file, "utf8");
    expect(text).toMatch(/^encryptionsalt: /m);
    const preview = await pulumi("preview", "-s", name, "--non-interactive");
    expect(preview.code).not.toBe(0);
    expect(preview.stdout + preview.stderr).toContain(
      "puppet:postgresql.password is set, but the environment's own PostgreSQL",
    );
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  it("sets a secret with the command from the error, before there is a stack", async () => {
    const other = join(home, "trial.yaml");
    writeFileSync(other, `${settings}  puppet:postgresql: { server: db.example.org }\n`);
    const faults = () => {
      try {
        readSettings("test-secret", other);
        return [];
      } catch (error) {
        return (error as SettingsError).sentences;
      }
    };
    const [fault = "", ...more] = faults();
    expect(more).toHaveLength(1);
    const [, command = ""] = /npm run pulumi -- (.*)\.$/.exec(fault) ?? [];
    const set = await pulumi(...command.split(" "), "hunter2-hunter2");
    expect(set.code, set.stderr).toBe(0);
    expect(set.stderr).toContain("creating the stack test-secret");
    expect(faults()).toEqual(more);
    expect(readFileSync(other, "utf8")).not.toContain("hunter2");
  });
});
