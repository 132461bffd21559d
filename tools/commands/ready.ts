import { setMembership } from "../lib/membership.js";
import { main, Problem } from "../lib/problem.js";
import { Stack } from "../lib/stack.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

// `npm run ready -- NAME [STACK]`: has a compiler that was drained take agents again.
await main(async () => {
  const [name, stack = "local", ...more] = process.argv.slice(2);
  if (more.length > 0) {
    throw new Problem(`${more.join(" ")} is too much; write npm run ready -- NAME STACK.`);
  }
  return setMembership("ready", name, new Stack(stack, await toolchain()));
});
