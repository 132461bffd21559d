import { realpathSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { onPath, run } from "../../../tools/lib/shell.js";
import { onlyPrograms, temporaryFolder } from "../../support/unit/programs.js";

const sh = (script: string) => ["sh", "-c", script];

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("run", () => {
  it("returns a program's exit code and output", async () => {
    expect(await run(sh("echo out; echo err >&2; exit 3"))).toEqual({
      code: 3,
      stdout: "out\n",
      stderr: "err\n",
    });
  });

  it("passes arguments unchanged: no shell interprets them", async () => {
    const words = ["$HOME", "a  b", "'", "*", ";", ""];
    const { stdout } = await run(["printf", "%s|", ...words]);
    expect(stdout).toBe(words.map((word) => `${word}|`).join(""));
  });

  it("passes standard input, which is empty by default", async () => {
    expect((await run(["cat"], { stdin: "first\nsecond ü" })).stdout).toBe("first\nsecond ü");
    expect(await run(["cat"])).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("accepts a program that ends without reading its input", async () => {
    expect((await run(["true"], { stdin: "x".repeat(1 << 22) })).code).toBe(0);
  });

  it("decodes characters that arrive in pieces", async () => {
    const { stdout } = await run(["cat"], { stdin: "€".repeat(100_000) });
    expect(stdout === "€".repeat(100_000)).toBe(true);
  });

  it("runs in the given folder and environment", async () => {
    const cwd = realpathSync(temporaryFolder());
    const env = { PATH: process.env.PATH, COLOUR: "red" };
    expect((await run(sh('echo "$(pwd) $COLOUR $HOME"'), { cwd, env })).stdout).toBe(
      `${cwd} red \n`,
    );
  });

  it.each([
    ["TERM", 143],
    ["KILL", 137],
    ["INT", 130],
  ])("returns the same exit code as a shell for a program ended by SIG%s", async (signal, code) => {
    expect((await run(sh(`kill -${signal} $$`))).code).toBe(code);
  });

  it("kills a program that takes too long, even if it ignores signals", async () => {
    const stubborn = sh('trap "" TERM; while :; do :; done');
    expect((await run(stubborn, { timeout: 200 })).code).toBe(137);
  });

  it("kills a program with all that it has started", async () => {
    const killed = AbortSignal.timeout(200);
    const family = sh("sleep 60 & sleep 60");
    // It has ended when nobody holds its output any more.
    expect((await run(family, { apart: true, killed })).code).toBe(137);
    const late = new AbortController();
    expect((await run(["true"], { apart: true, killed: late.signal })).code).toBe(0);
    late.abort();
  });

  it("fails if there is no such program", async () => {
    await expect(run(["no-such-program-here"])).rejects.toThrow("ENOENT");
  });
});

describe("onPath", () => {
  it("finds an existing program, and nothing else", async () => {
    onlyPrograms({ here: "true" });
    expect(await onPath("here")).toBe(true);
    expect(await onPath("there")).toBe(false);
    expect(await onPath("x; exit 0")).toBe(false);
  });
});
