import { constants } from "node:fs";
import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Problem } from "../problem.js";
import { project } from "../paths.js";
import { run } from "../shell.js";
import { download, downloadsUnreachable, Unavailable } from "./downloads.js";

/** This project's resource plugins, in the versions of their SDKs in package.json. */
export const plugins = [
  { name: "command", version: "1.2.1" },
  { name: "random", version: "4.21.2" },
] as const;

/**
 * Finds the resource plugins: in the folder PULUMI_PUPPET_PLUGINS, else installed or downloaded, else this project's
 * development stand-ins.
 *
 * @param environment environment for the CLI
 * @param say receives a line if stand-ins are used, with the reason
 * @returns folder to put first in PATH; undefined if the CLI finds the plugins itself
 * @throws Problem if the folder PULUMI_PUPPET_PLUGINS lacks a plugin, or if a download is not what its checksum says
 */
export async function findPlugins(
  environment: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<string | undefined> {
  const folder = environment.PULUMI_PUPPET_PLUGINS;
  if (folder !== undefined) {
    for (const { name } of plugins) await requirePlugin(resolve(folder), name);
    return resolve(folder);
  }

  const listed = await run(["pulumi", "plugin", "ls", "--json"], {
    env: environment,
  });
  const installed =
    listed.code === 0 ? (JSON.parse(listed.stdout) as { name: string; version: string }[]) : [];
  const missing = plugins.filter(
    ({ name, version }) =>
      !installed.some((plugin) => plugin.name === name && plugin.version === version),
  );
  if (missing.length === 0) return undefined;

  const failure = (await downloadsUnreachable()) ?? (await install(missing, environment));
  if (failure === undefined) return undefined;
  const names = plugins.map(({ name }) => name).join(" and ");
  say(`plugins ${names}: using this project's development stand-ins, because ${failure}`);
  return join(project, "standins", "bin");
}

async function requirePlugin(folder: string, name: string): Promise<void> {
  const program = join(folder, `pulumi-resource-${name}`);
  try {
    await access(program, constants.X_OK);
  } catch {
    throw new Problem(
      `PULUMI_PUPPET_PLUGINS is ${folder}, but ${program} is not an executable; put the plugin there or unset PULUMI_PUPPET_PLUGINS.`,
    );
  }
}

/** Downloads plugins, and has the CLI install them: its own downloads are not verified. */
async function install(
  missing: readonly { name: string; version: string }[],
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-puppet-plugins-"));
  try {
    for (const { name, version } of missing) {
      const archive = await download(releaseOf(name, version), folder);
      const words = ["plugin", "install", "resource", name, version, "--file", archive];
      const { code, stderr } = await run(["pulumi", ...words], {
        env: environment,
        timeout: 120_000,
      });
      if (code !== 0) {
        return `the plugin ${name} could not be installed: ${stderr.trim().split("\n").at(-1) ?? ""}`;
      }
    }
    return undefined;
  } catch (error) {
    if (error instanceof Unavailable) return error.message;
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The files of a plugin's release; its architectures have Go's names. */
function releaseOf(name: string, version: string) {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  return {
    archive: `releases/plugins/pulumi-resource-${name}-v${version}-${process.platform}-${architecture}.tar.gz`,
    checksums: `releases/plugins/pulumi-${name}_${version}_checksums.txt`,
  };
}
