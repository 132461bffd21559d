import { main } from "./problem.js";
import { project } from "./paths.js";
import { run } from "./shell.js";

// `npm run check`: types, lint and formatting, the quickest first.
await main(async () => {
  for (const command of [
    ["tsc"],
    ["eslint", "."],
    ["prettier", "--check", "--log-level", "warn", "."],
  ]) {
    const started = Date.now();
    const { code } = await run(["npx", "--no-install", ...command], { cwd: project, show: true });
    console.log(
      `${command[0] ?? ""}: ${code === 0 ? "passed" : "failed"} in ${((Date.now() - started) / 1000).toFixed(1)} s`,
    );
    if (code !== 0) return code;
  }
  return 0;
});
