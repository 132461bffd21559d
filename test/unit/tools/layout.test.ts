import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { stages } from "../../../floors.js";
import { project } from "../../../tools/lib/paths.js";
import config from "../../../vitest.config.js";

/** Paths of the files below a folder, relative to the project. */
const filesIn = (folder: string) =>
  readdirSync(join(project, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(project, join(parentPath, name)));

describe("the place of a test", () => {
  it("is the folder of a stage, next to what tests share", () => {
    const folders = new Set(filesIn("test").map((file) => file.split("/")[1]));
    expect([...folders].sort()).toEqual([...stages, "support"].sort());
    const projects = (config as { test: { projects: { test: { name: string } }[] } }).test.projects;
    expect(projects.map(({ test }) => test.name).sort()).toEqual([...stages].sort());
  });

  it.each(stages)("is a file with only tests, in %s", (stage) => {
    const others = filesIn(`test/${stage}`).filter(
      (file) => !/\.test\.ts$|\/__snapshots__\//.test(file),
    );
    expect(others, "what helps tests belongs to test/support").toEqual([]);
  });

  it("is not a folder of helpers", () => {
    const tests = filesIn("test/support").filter((file) => file.endsWith(".test.ts"));
    expect(tests, "a test belongs to the folder of its stage").toEqual([]);
  });
});

describe("commands", () => {
  const { scripts } = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  /** Scripts without a file of their name: one that npm runs before it packs, and a program from a package. */
  const others = ["prepack", "format"];
  const commands = Object.keys(scripts).filter((name) => !others.includes(name));

  it("are files in tools/commands, each started by the script of its name", () => {
    expect(readdirSync(join(project, "tools/commands")).sort()).toEqual(
      commands.map((name) => `${name}.ts`).sort(),
    );
    for (const name of commands) expect(scripts[name]).toBe(`node tools/run.js ${name}`);
  });
});
