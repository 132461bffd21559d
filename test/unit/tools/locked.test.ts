import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { project } from "../../../tools/lib/paths.js";

const read = (path: string) => readFileSync(join(project, path), "utf8");

it("every npm package is locked to a checksum", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { integrity?: string; resolved?: string }>;
  };
  const entries = Object.entries(packages).filter(([path]) => path !== "");
  expect(entries.length).toBeGreaterThan(100);
  expect(entries.filter(([, { integrity = "" }]) => !/^sha512-/.test(integrity))).toEqual([]);
  // npm then gets them from where the machine is told to, and verifies them all the same.
  expect(entries.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
});

const modules = readdirSync(join(project, "tools/lib/toolchain/go"));

it.each(modules)("every Go module of %s is locked to a checksum", (folder) => {
  const at = `tools/lib/toolchain/go/${folder}`;
  const sums = new Set(
    read(`${at}/go.sum`)
      .split("\n")
      .map((line) => line.split(" ").slice(0, 2).join(" ")),
  );
  const mod = read(`${at}/go.mod`);
  const replaced = [...mod.matchAll(/^replace (\S+) => (\S+) (\S+)$/gm)];
  const required = [...mod.matchAll(/^(?:require )?\t?(\S+\.\S+\/\S+) (v\S+)/gm)]
    .filter(([, path]) => !replaced.some(([, from]) => from === path))
    .map(([, path, version]) => `${path} ${version}`);
  expect(required.length).toBeGreaterThan(20);
  expect(required.filter((one) => !sums.has(`${one}/go.mod`))).toEqual([]);
  for (const [, , path, version] of replaced) expect(sums).toContain(`${path} ${version}`);
});

it("no command of this project pipes a download into a shell", () => {
  const folders = ["tools", "platforms", "hosts", "templates", "docs", "examples", ".ci"];
  const files = folders.flatMap((folder) =>
    readdirSync(join(project, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const piped = /\b(curl|wget)\b[^\n|]*\|\s*(sudo\s+)?(ba)?sh\b/;
  expect(files.filter((file) => piped.test(readFileSync(file, "utf8")))).toEqual([]);
});
