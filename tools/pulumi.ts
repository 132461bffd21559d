import { main } from "./problem.js";
import { run } from "./shell.js";
import { toolchain } from "./toolchain/toolchain.js";

// `npm run pulumi -- ARGS`: the toolchain's CLI.
await main(async () => {
  const env = await toolchain();
  return (
    await run(["pulumi", ...process.argv.slice(2)], {
      env,
      show: true,
      stdin: undefined,
    })
  ).code;
});
