import { setMembership } from "../lib/membership.js";
import { main, Problem } from "../lib/problem.js";
import { Stack } from "../lib/stack.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

// `npm run drain -- NAME [STACK]`: has a compiler take no new agents, and waits until none is connected.
await main(async () => {
  const [name, stack = "local", ...more] = process.argv.slice(2);
  if (more.length > 0) {
    throw new Problem(`${more.join(" ")} is too much; write npm run drain -- NAME STACK.`);
  }
  return setMembership("drain", name, new Stack(stack, await toolchain()));
});
