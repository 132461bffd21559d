import { existsSync } from "node:fs";
import { join } from "node:path";
import { flagIn } from "../settings/cli-flags.js";
import { project } from "./paths.js";
import { main, Problem } from "./problem.js";
import { run } from "./shell.js";
import { toolchain } from "./toolchain/toolchain.js";

// `npm run pulumi -- ARGS`: the toolchain's CLI.
await main(async () => {
  const words = process.argv.slice(2);
  const env = await toolchain();
  await makeStack(words, env);
  return (await run(["pulumi", ...words], { env, show: true, inheritStdin: true })).code;
});

/**
 * Makes the stack that is to be previewed or deployed, where it has a settings file and is not there yet: a file that
 * came with the project is all that its user has to know of.
 */
async function makeStack(words: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  if (!words.includes("preview") && !words.includes("up")) return;
  const name = flagIn(words, "--stack", "-s");
  if (name === undefined || !existsSync(join(project, `Pulumi.${name}.yaml`))) return;
  const known = await run(["pulumi", "--non-interactive", "stack", "--stack", name], { env });
  if (known.code === 0) return;
  if (!known.stderr.includes("no stack named")) return;
  console.error(`making the stack ${name}; its encryption salt goes into Pulumi.${name}.yaml`);
  const made = await run(["pulumi", "--non-interactive", "stack", "init", name], { env });
  if (made.code !== 0) throw new Problem(made.stderr.trim());
}
