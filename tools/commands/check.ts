import { main } from "../lib/problem.js";
import { project } from "../lib/paths.js";
import { run } from "../lib/shell.js";

/** Checks types, lint, the floors of floors.js, and formatting. */
const commands = [
  ["tsc"],
  ["eslint", "."],
  ["depcruise", "--output-type", "err-long", "."],
  ["prettier", "--check", "--log-level", "warn", "."],
];

// `npm run check`: checks types, lint, floors and formatting in parallel; the output of each stays together.
await main(async () => {
  const codes = await Promise.all(
    commands.map(async (command) => {
      const started = Date.now();
      const { code, stdout, stderr } = await run(["npx", "--no-install", ...command], {
        cwd: project,
      });
      console.log(
        `${stdout}${stderr}${command[0] ?? ""}: ${code === 0 ? "passed" : "failed"} in ${((Date.now() - started) / 1000).toFixed(1)} s`,
      );
      return code;
    }),
  );
  return codes.find((code) => code !== 0) ?? 0;
});
