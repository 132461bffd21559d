import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { flagIn } from "../../settings/cli-flags.js";
import { project } from "../lib/paths.js";
import { main } from "../lib/problem.js";
import { run } from "../lib/shell.js";
import { Stack } from "../lib/stack.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

/** What deploys a stack or shows what that would do. */
const operations = ["preview", "up", "refresh", "destroy"];

// `npm run pulumi -- ARGS`: the toolchain's CLI.
await main(async () => {
  const env = await toolchain();
  const words = await withStack(process.argv.slice(2), env);
  return (await run(["pulumi", ...words], { env, show: true, inheritStdin: true })).code;
});

/**
 * Makes the stack that is to be worked on, where it has a settings file and is not there yet: a file that came with the
 * project is all that its user has to know of. The CLI writes the salt of its secrets into the file that it is given,
 * so a file without one is given as a copy, and a committed file stays as it is.
 *
 * @returns the words with the copy
 */
async function withStack(words: readonly string[], env: NodeJS.ProcessEnv): Promise<string[]> {
  // Also as ORGANIZATION/PROJECT/NAME.
  const name = flagIn(words, "--stack", "-s")?.split("/").at(-1);
  const file = join(project, `Pulumi.${name ?? ""}.yaml`);
  const given = flagIn(words, "--config-file") !== undefined || words.includes("--");
  if (name === undefined || given || !words.some((word) => operations.includes(word))) {
    return [...words];
  }
  if (!existsSync(file)) return [...words];
  const stack = new Stack(name, env);
  const known = await stack.run(["stack", "--stack", name]);
  if (known.code !== 0 && known.stderr.includes("no stack named")) {
    console.error(`making the stack ${name}`);
    await stack.init();
  }
  const settings = readFileSync(file, "utf8");
  // Pulumi Cloud has secrets of its own.
  const salted = /^(encryptionsalt|secretsprovider|encryptedkey):/m.test(settings);
  if (salted || env.PULUMI_BACKEND_URL?.startsWith("https:") === true) return [...words];
  await stack.prepare(settings, stack.givenFile);
  return [...words, "--config-file", stack.givenFile];
}
