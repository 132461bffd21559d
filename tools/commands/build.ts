import { cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { project } from "../lib/paths.js";
import { main, Problem } from "../lib/problem.js";
import { writeSbom } from "../lib/sbom.js";
import { run } from "../lib/shell.js";

/** Folder of the package's code. */
const target = join(project, "dist");

// `npm run build`: builds the components as a package for other stacks, for `npm pack`.
await main(async () => {
  rmSync(target, { recursive: true, force: true });
  const tsc = ["npx", "--no-install", "tsc", "--project", "tsconfig.build.json"];
  const { code, stdout } = await run(tsc, { cwd: project });
  if (code !== 0) throw new Problem(stdout.trim());
  // Files that the code reads next to itself: templates, repository keys, and host scripts.
  for (const folder of ["templates", "distributions"]) copyFiles(folder, () => true);
  // Only the files in hosts/ that its code names: platforms use others.
  const hosts = join(target, "hosts");
  const modules = readdirSync(hosts)
    .filter((name) => name.endsWith(".js"))
    .map((name) => readFileSync(join(hosts, name), "utf8"))
    .join("");
  copyFiles("hosts", (path) => modules.includes(basename(path)));
  await writeSbom(join(target, "sbom.cdx.json"));
  return 0;
});

/** Copies the files of a folder other than code. */
function copyFiles(folder: string, wanted: (path: string) => boolean): void {
  const from = join(project, folder);
  cpSync(from, join(target, folder), {
    recursive: true,
    filter: (path) => path === from || (!path.endsWith(".ts") && wanted(path)),
  });
}
