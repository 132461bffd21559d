import { main, Problem } from "../lib/problem.js";
import { rotate } from "../lib/rotation.js";
import { Stack } from "../lib/stack.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

// `npm run rotate -- KEY [STACK]`: makes a key anew, and gives it to all hosts that need it.
await main(async () => {
  const [key, name = "local", ...more] = process.argv.slice(2);
  if (more.length > 0) {
    throw new Problem(`${more.join(" ")} is too much; write npm run rotate -- KEY STACK.`);
  }
  const env = await toolchain();
  return rotate(key, new Stack(name, env), env);
});
