import { mkdtempSync, readFileSync, rmSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Problem } from "./problem.js";
import { project } from "./paths.js";
import { run } from "./shell.js";

interface Package {
  readonly name: string;
  readonly devDependencies?: unknown;
}
interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly dev?: boolean; devDependencies?: unknown }>
  >;
}

/**
 * Writes the software bill of materials of the npm package, as CycloneDX: what its users install with it, in the
 * versions that this project is tested with, with their checksums. It is from `package-lock.json`, so that what happens
 * to be installed here does not matter.
 *
 * @param file path of the JSON file
 * @throws Problem with npm's message if npm is older than 9.5
 */
export async function writeSbom(file: string): Promise<void> {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(project, name), "utf8"));
  const { devDependencies: _, ...own } = read("package.json") as Package;
  const lock = read("package-lock.json") as Lock;
  // npm's own `--omit dev` leaves out most of what the dependencies depend on.
  const packages = Object.entries(lock.packages)
    .filter(([, { dev = false }]) => !dev)
    .map(([path, { devDependencies: _, ...entry }]) => [path, entry] as const);
  // npm names the package after its folder.
  const folder = mkdtempSync(join(tmpdir(), "pulumi-puppet-sbom-"));
  const source = join(folder, own.name);
  try {
    mkdirSync(source);
    const write = (name: string, content: unknown) =>
      writeFileSync(join(source, name), JSON.stringify(content));
    write("package.json", own);
    write("package-lock.json", { ...lock, packages: Object.fromEntries(packages) });
    const format = ["--sbom-format", "cyclonedx", "--sbom-type", "library"];
    const { code, stderr } = await run(["npm", "sbom", "--package-lock-only", ...format], {
      cwd: source,
      stdoutFile: file,
    });
    if (code !== 0) throw new Problem(`npm sbom failed: ${stderr.trim()}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
