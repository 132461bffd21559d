import { readdirSync } from "node:fs";
import { join } from "node:path";
import { floors, parts } from "../../../floors.js";
import { project } from "../paths.js";
import { run } from "../shell.js";

/** Columns of the drawing, without its frame. */
const width = 96;

/** The parts of dependency-cruiser's output that are used. */
interface Cruise {
  readonly modules: readonly {
    readonly source: string;
    readonly dependencies: readonly { readonly resolved: string }[];
  }[];
}

/** The floors from top to bottom, each with its folders and the floors that its files import. */
export async function drawnFloors(): Promise<string> {
  const imports = await importsByFloor();
  const indent = Math.max(...floors.map(({ name }) => name.length)) + 2;
  const frame = (left: string, right: string) => `${left}${"─".repeat(width + 2)}${right}`;
  const boxes = parts.map((part) => {
    const lines = part.floors.map(({ name }) => {
      const names = floors.map((floor) => floor.name);
      const imported = names.filter((other) => imports.get(name)?.has(other));
      const told = [
        ...wrapped(foldersOf(name), width - indent),
        ...wrapped(imported, width - indent - 2).map(
          (line, at) => `${at === 0 ? "↓" : " "} ${line}`,
        ),
      ];
      return (told.length === 0 ? [""] : told)
        .map((line, at) => (at === 0 ? name : "").padEnd(indent) + line)
        .map((line) => `│ ${line.padEnd(width)} │`);
    });
    const between = `\n${frame("├", "┤")}\n`;
    return [
      part.title,
      frame("┌", "┐"),
      lines.map((floor) => floor.join("\n")).join(between),
      frame("└", "┘"),
    ].join("\n");
  });
  return `\`\`\`text\n${boxes.join("\n\n")}\n\`\`\``;
}

/** The other floors that the files of each floor import. */
async function importsByFloor(): Promise<Map<string, Set<string>>> {
  const { code, stdout, stderr } = await run(
    ["npx", "--no-install", "depcruise", "--output-type", "json", "."],
    { cwd: project },
  );
  if (code !== 0) throw new Error(`depcruise: ${stderr}`);
  const { modules } = JSON.parse(stdout) as Cruise;
  const imports = new Map(floors.map(({ name }) => [name, new Set<string>()]));
  for (const { source, dependencies } of modules) {
    const from = floorOf(source);
    if (from === undefined) continue;
    for (const { resolved } of dependencies) {
      const to = floorOf(resolved);
      if (to !== undefined && to !== from) imports.get(from)?.add(to);
    }
  }
  return imports;
}

function floorOf(file: string): string | undefined {
  return floors.find(({ name }) => file === name || file.startsWith(`${name}/`))?.name;
}

/** The folders of a floor, one level deep, without empty ones, which Git ignores. */
function foldersOf(floor: string): string[] {
  if (floor.endsWith(".ts")) return [];
  const entries = (folder: string, recursive: boolean) =>
    readdirSync(join(project, floor, folder), { withFileTypes: true, recursive });
  return entries("", false)
    .filter((entry) => entry.isDirectory() && /^[a-z]/.test(entry.name))
    .map(({ name }) => name)
    .filter((name) => entries(name, true).some((entry) => entry.isFile()))
    .sort();
}

/** Wraps words to lines of at most so many columns. */
function wrapped(words: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  for (const [at, word] of words.entries()) {
    const text = at === words.length - 1 ? word : `${word},`;
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + text.length <= columns) {
      lines[lines.length - 1] = `${last} ${text}`;
    } else lines.push(text);
  }
  return lines;
}
