import { cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { project } from "../lib/paths.js";
import { main, Problem } from "../lib/problem.js";
import { run } from "../lib/shell.js";

/** Where the package's code is. */
const target = join(project, "dist");

// `npm run build`: the components as a package for other stacks, which `npm pack` takes.
await main(async () => {
  rmSync(target, { recursive: true, force: true });
  const tsc = ["npx", "--no-install", "tsc", "--project", "tsconfig.build.json"];
  const { code, stdout } = await run(tsc, { cwd: project });
  if (code !== 0) throw new Problem(stdout.trim());
  // What the code reads where it stands: templates, keys of repositories, and the scripts of hosts.
  for (const folder of ["templates", "distributions"]) copyFiles(folder, () => true);
  // Of the hosts' own, what the code names: platforms have more.
  const hosts = join(target, "hosts");
  const modules = readdirSync(hosts)
    .filter((name) => name.endsWith(".js"))
    .map((name) => readFileSync(join(hosts, name), "utf8"))
    .join("");
  copyFiles("hosts", (path) => modules.includes(basename(path)));
  return 0;
});

/** Copies the files of a folder that are no code. */
function copyFiles(folder: string, wanted: (path: string) => boolean): void {
  const from = join(project, folder);
  cpSync(from, join(target, folder), {
    recursive: true,
    filter: (path) => path === from || (!path.endsWith(".ts") && wanted(path)),
  });
}
