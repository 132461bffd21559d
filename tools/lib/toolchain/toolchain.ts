import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { project, stateFolder } from "../paths.js";
import { findCli } from "./cli.js";
import { findPlugins } from "./plugins.js";

/**
 * The environment for `pulumi`: CLI and plugins on PATH, and the project's own backend with its own passphrase, unless
 * the user has set others.
 *
 * @param say receives a line for each thing that has to be downloaded, built or replaced, and why
 */
export async function toolchain(
  say: (line: string) => void = announce,
): Promise<NodeJS.ProcessEnv> {
  const environment: NodeJS.ProcessEnv = {
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...process.env,
  };
  const cli = await findCli(say);
  prepend(environment, cli.bin);
  const plugins = await findPlugins(environment, say);
  if (plugins !== undefined) {
    prepend(environment, plugins);
    environment.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION = "true";
  }
  preload(environment, "end-with-engine.js");
  if (cli.built) prepend(environment, join(project, "standins", "language-nodejs", "bin"));
  await useOwnBackend(environment);
  return environment;
}

function announce(line: string): void {
  console.error(`toolchain: ${line}`);
}

function prepend(environment: NodeJS.ProcessEnv, folder: string): void {
  if (folder !== "") environment.PATH = [folder, environment.PATH].filter(Boolean).join(delimiter);
}

/** Makes every Node process below the CLI load a module from this folder first. */
function preload(environment: NodeJS.ProcessEnv, module: string): void {
  const option = `--import=${new URL(module, import.meta.url).href}`;
  const given = environment.NODE_OPTIONS?.split(" ") ?? [];
  environment.NODE_OPTIONS = [...new Set([...given, option])].join(" ");
}

async function useOwnBackend(environment: NodeJS.ProcessEnv): Promise<void> {
  if (environment.PULUMI_BACKEND_URL === undefined) {
    await mkdir(stateFolder, { recursive: true, mode: 0o700 });
    environment.PULUMI_BACKEND_URL = pathToFileURL(stateFolder).href;
  }
  const file = join(stateFolder, "passphrase");
  environment.PULUMI_CONFIG_PASSPHRASE_FILE ??=
    "PULUMI_CONFIG_PASSPHRASE" in environment ? undefined : file;
  if (environment.PULUMI_CONFIG_PASSPHRASE_FILE === file && !existsSync(file)) {
    await mkdir(stateFolder, { recursive: true, mode: 0o700 });
    await writeFile(file, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
  }
}
