import { containersOf, strangers, sweep } from "../lib/podman.js";
import { main, Problem } from "../lib/problem.js";
import { onPath } from "../lib/shell.js";
import { requireEnvironmentName } from "../lib/settings.js";
import { Stack } from "../lib/stack.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

// `npm stop [-- NAME]`: destroys an environment and everything left of it on this machine.
await main(async () => {
  const name = process.argv[2] ?? "local";
  requireEnvironmentName(name);
  const stack = new Stack(name, await toolchain());
  const deployed = await stack.exists();
  const podman = await onPath("podman");
  if (!deployed) {
    const theirs = podman && (await containersOf(name)).length > 0;
    throw new Problem(
      `There is no environment ${name} in this folder's state${theirs ? `, but ${await strangers(name)}` : ""}.`,
    );
  }
  const key = await stack.containersKey();
  if ((await stack.destroy()) !== 0) {
    console.log("the stack could not be destroyed cleanly; removing what it created");
  }
  await stack.remove();
  if (podman && key !== undefined) await sweep(name, key);
  if (podman && (await containersOf(name)).length > 0) {
    console.log(`what this stack made is gone, but ${await strangers(name)}`);
  } else {
    console.log(`environment ${name} is gone`);
  }
  return 0;
});
