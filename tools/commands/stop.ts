import { containersOf, networkExists, sweep } from "../lib/podman.js";
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
  if (!deployed && !((await onPath("podman")) && (await networkExists(name)))) {
    throw new Problem(`There is no environment ${name}.`);
  }
  if (deployed) {
    if ((await stack.destroy()) !== 0) {
      console.log("the stack could not be destroyed cleanly; removing what it created");
    }
    await stack.remove();
  }
  if (await onPath("podman")) {
    await sweep(name);
    const left = await containersOf(name);
    if (left.length > 0) throw new Problem(`podman could not remove ${left.join(", ")}.`);
  }
  console.log(`environment ${name} is gone`);
  return 0;
});
