import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ContractProject, temporaryFolder } from "../support/contract/contract-project.js";
import type { ResourceSpec } from "../support/contract/program/resource-spec.js";

function command(
  name: string,
  args: Record<string, unknown>,
  options: ResourceSpec["options"] = {},
): ResourceSpec {
  return { type: "local.Command", name, args, options };
}

function linesOf(folder: string, file: string): string[] {
  const path = join(folder, file);
  return existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : [];
}

test("a command is created, updated in place, left unchanged and deleted", async () => {
  const project = new ContractProject();
  const dir = temporaryFolder();
  const previous = "[$PULUMI_COMMAND_STDOUT][$PULUMI_COMMAND_STDERR]";
  const resources = (word: string): ResourceSpec[] => [
    command("full", {
      create: `echo "create ${previous} $WORD" >> log; echo made; echo oops >&2`,
      update: `echo "update ${previous} $WORD" >> log; echo remade`,
      delete: `echo "delete ${previous} $WORD" >> log`,
      environment: { WORD: word },
      dir,
    }),
    command("create-only", { create: `echo "${previous}"`, environment: { WORD: word } }),
    command("without-previous", {
      create: `echo "${previous}"`,
      environment: { WORD: word },
      addPreviousOutputInEnv: false,
    }),
    command("stdin", { create: "cat", stdin: "first\nsecond\n\n" }),
    command("interpreter", { create: "ignored", interpreter: ["/bin/sh", "-c", 'echo "$0"'] }),
    command("no-create", { update: "echo updated", environment: { WORD: word } }),
  ];

  const created = (await project.up(resources("one"))).succeeded();
  expect(created.steps).toContain("create full");
  expect(await project.outputs("full")).toMatchObject({ stdout: "made", stderr: "oops" });
  expect(await project.outputs("stdin")).toMatchObject({ stdout: "first\nsecond\n" });
  expect(await project.outputs("interpreter")).toMatchObject({ stdout: "ignored" });
  expect(await project.outputs("create-only")).toMatchObject({ stdout: "[][]" });
  expect(await project.outputs("no-create")).toMatchObject({ stdout: "", stderr: "" });

  const unchanged = (await project.up(resources("one"))).succeeded();
  expect(unchanged.steps).toContain("same full");
  expect(unchanged.steps).toContain("same stdin");

  const updated = (await project.up(resources("two"))).succeeded();
  expect(updated.steps).toContain("update full");
  expect(updated.steps).toContain("update create-only");
  expect(await project.outputs("full")).toMatchObject({ stdout: "remade", stderr: "" });
  expect(await project.outputs("create-only")).toMatchObject({ stdout: "[[][]][]" });
  expect(await project.outputs("without-previous")).toMatchObject({ stdout: "[][]" });
  expect(await project.outputs("no-create")).toMatchObject({ stdout: "updated" });

  (await project.destroy()).succeeded();
  expect(linesOf(dir, "log")).toEqual([
    "create [][] one",
    "update [made][oops] two",
    "delete [remade][] two",
  ]);
});

test("changed triggers replace: first the new create, then the old delete, by default", async () => {
  const project = new ContractProject();
  const dir = temporaryFolder();
  const resources = (version: string): ResourceSpec[] => {
    const args = (log: string): Record<string, unknown> => ({
      create: `echo create ${version} >> ${log}`,
      update: `echo update ${version} >> ${log}`,
      delete: `echo delete ${version} >> ${log}`,
      triggers: ["constant", { version }],
      dir,
    });
    return [
      command("default-order", args("default")),
      command("delete-first", args("delete-first"), { deleteBeforeReplace: true }),
    ];
  };
  (await project.up(resources("1"))).succeeded();

  const replaced = (await project.up(resources("2"))).succeeded();
  expect(replaced.steps).toContain("create-replacement default-order");
  expect(linesOf(dir, "default")).toEqual(["create 1", "create 2", "delete 1"]);
  expect(linesOf(dir, "delete-first")).toEqual(["create 1", "delete 1", "create 2"]);
});

test("output is logged as transient information, line by line, if logging is requested", async () => {
  const project = new ContractProject();
  const create = "echo out; echo err >&2";
  const variants = ["stdout", "stderr", "stdoutAndStderr", "none"];
  const run = await project.up([
    command("default", { create }),
    command("lines", { create: "printf 'first\\n\\nthird'" }),
    ...variants.map((logging) => command(logging, { create, logging })),
  ]);
  const logged = (name: string): string[] => {
    const diagnostics = run.diagnostics(name);
    expect(diagnostics.every((d) => d.severity === "info" && d.ephemeral === true)).toBe(true);
    return diagnostics.map((d) => d.message.trimEnd());
  };
  run.succeeded();
  const both = ["err", "out"];
  expect(logged("default").sort()).toEqual(both);
  expect(logged("stdoutAndStderr").sort()).toEqual(both);
  expect(logged("stdout")).toEqual(["out"]);
  expect(logged("stderr")).toEqual(["err"]);
  expect(logged("none")).toEqual([]);
  expect(logged("lines")).toEqual(["first", "", "third"]);
  expect(await project.outputs("none")).toMatchObject({ stdout: "out", stderr: "err" });
});

test("a command that fails says why, and is not created", async () => {
  const project = new ContractProject();
  const resources = [
    command("status", { create: 'echo "out\t"; exit 3', logging: "none" }),
    command("signal", { create: "kill -TERM $$" }),
    command("program", { create: "true", interpreter: ["no-such-program"] }),
    command("path", { create: "true", interpreter: ["/no/such/program"] }),
    command("folder", { create: "true", dir: "/no/such/folder" }),
  ];
  const run = await project.up(resources, { continueOnError: true });
  expect(run.exitCode).not.toBe(0);
  expect(run.errors("status")).toContain(
    'exit status 3: running "echo \\"out\\t\\"; exit 3":\nout\t\n',
  );
  expect(run.errors("signal")).toContain('signal: terminated: running "kill -TERM $$":\n');
  expect(run.errors("program")).toContain(
    'exec: "no-such-program": executable file not found in $PATH: running "true":\n',
  );
  expect(run.errors("path")).toContain(
    'fork/exec /no/such/program: no such file or directory: running "true":\n',
  );
  expect(run.errors("folder")).toContain(
    'chdir /no/such/folder: no such file or directory: running "true":\n',
  );
  expect(await project.outputs("status")).toBeUndefined();
});

test("secret inputs stay secret; a command's output is secret only if declared so", async () => {
  const project = new ContractProject();
  const secret = { $secret: "s3cr3t-1nput" };
  (
    await project.up([
      command("inputs", { create: "true", stdin: secret, environment: { PASSWORD: secret } }),
      command("create", { create: { $secret: "echo s3cr3t-1nput >/dev/null" } }),
      command(
        "outputs",
        { create: 'printf %s "$PASSWORD" | rev', environment: { PASSWORD: secret } },
        { additionalSecretOutputs: ["stdout"] },
      ),
      command("printed", { create: "printf pr1nted", stdin: secret }),
    ])
  ).succeeded();
  const state = await project.state();
  expect(state).not.toContain("s3cr3t-1nput");
  expect(state).not.toContain("tupn1-t3rc3s");
  expect(await project.outputs("printed")).toMatchObject({ stdout: "pr1nted" });
});

test("a preview runs nothing, and the outputs of commands that would run are unknown", async () => {
  const project = new ContractProject();
  const dir = temporaryFolder();
  const resources = (word: string): ResourceSpec[] => [
    command("first", { create: `echo ${word} | tee -a log`, dir }),
    command("second", { create: "cat >> log", stdin: { $output: "first.stdout" }, dir }),
  ];
  const before = (await project.preview(resources("one"))).succeeded();
  expect(before.steps).toEqual(["create first", "create second"]);
  expect(linesOf(dir, "log")).toEqual([]);

  (await project.up(resources("one"))).succeeded();
  expect(linesOf(dir, "log")).toEqual(["one", "one"]);

  const after = (await project.preview(resources("two"))).succeeded();
  expect(after.steps).toEqual(["update first", "update second"]);
  expect(linesOf(dir, "log")).toEqual(["one", "one"]);

  const unchanged = (await project.preview(resources("one"))).succeeded();
  expect(unchanged.steps).toEqual(["same first", "same second"]);
});

test("unknown properties are rejected", async () => {
  const project = new ContractProject();
  const connection = { host: "localhost", noSuchSetting: 1 };
  const args = { create: "true", connection };
  const run = await project.preview([{ type: "remote.Command", name: "unknown-setting", args }]);
  expect(run.exitCode).not.toBe(0);
  expect(run.errors("unknown-setting")).toContain("noSuchSetting");
});

test("a cancelled command ends", async () => {
  const project = new ContractProject();
  const dir = temporaryFolder();
  const cancel = new AbortController();
  const run = project.up([command("endless", { create: "touch started; exec sleep 600", dir })], {
    signal: cancel.signal,
  });
  await expect.poll(() => existsSync(join(dir, "started")), { timeout: 30_000 }).toBe(true);
  cancel.abort();
  expect((await run).errors("endless")).toContain("signal: killed");
});
