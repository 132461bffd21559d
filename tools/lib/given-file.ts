import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { project } from "./paths.js";
import type { Stack } from "./stack.js";

/**
 * The settings file to give the CLI for a stack that has one in the project. The CLI writes the salt of the stack's
 * secrets into the settings file, so it gets a copy of a file without a salt, and the committed file stays unchanged.
 *
 * @param env environment for the CLI, from the toolchain
 * @returns path of the copy; undefined if the CLI uses the file itself, or there is none
 */
export async function givenFile(stack: Stack, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const file = join(project, `Pulumi.${stack.name}.yaml`);
  if (!existsSync(file)) return undefined;
  const settings = readFileSync(file, "utf8");
  // Pulumi Cloud encrypts secrets itself.
  const salted = /^(encryptionsalt|secretsprovider|encryptedkey):/m.test(settings);
  if (salted || env.PULUMI_BACKEND_URL?.startsWith("https:") === true) return undefined;
  await stack.prepare(settings, stack.givenFile);
  return stack.givenFile;
}
