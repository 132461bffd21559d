import { existsSync } from "node:fs";
import { join } from "node:path";
import { flagIn } from "../../settings/cli-flags.js";
import { givenFile } from "../lib/given-file.js";
import { project } from "../lib/paths.js";
import { main } from "../lib/problem.js";
import { run } from "../lib/shell.js";
import { Stack } from "../lib/stack.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

/** Commands that deploy a stack or show what a deployment would do. */
const operations = ["preview", "up", "refresh", "destroy"];

// `npm run pulumi -- ARGS`: runs the toolchain's CLI.
await main(async () => {
  const env = await toolchain();
  const words = await withStack(process.argv.slice(2), env);
  return (await run(["pulumi", ...words], { env, show: true, inheritStdin: true })).code;
});

/**
 * Creates the stack that the command works on, if it does not exist yet: users need to know only the settings file.
 *
 * @returns the words, with the copy of the settings file if the CLI needs one
 */
async function withStack(words: readonly string[], env: NodeJS.ProcessEnv): Promise<string[]> {
  // Also as ORGANIZATION/PROJECT/NAME.
  const name = flagIn(words, "--stack", "-s")?.split("/").at(-1);
  if (name === undefined) return [...words];
  const stack = new Stack(name, env);
  if (words[0] === "config" && words[1] === "set") {
    // Errors of the settings say to run this, before the first deployment as well.
    await createIfMissing(stack);
    return [...words];
  }
  const file = join(project, `Pulumi.${name}.yaml`);
  const given = flagIn(words, "--config-file") !== undefined || words.includes("--");
  if (given || !words.some((word) => operations.includes(word)) || !existsSync(file)) {
    return [...words];
  }
  await createIfMissing(stack);
  const copy = await givenFile(stack, env);
  return copy === undefined ? [...words] : [...words, "--config-file", copy];
}

async function createIfMissing(stack: Stack): Promise<void> {
  const known = await stack.run(["stack", "--stack", stack.name]);
  if (known.code === 0 || !known.stderr.includes("no stack named")) return;
  console.error(`creating the stack ${stack.name}`);
  await stack.init();
}
