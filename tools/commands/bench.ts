import { measureAgents } from "../../bench/agents/measure.js";
import { targetOf } from "../../bench/agents/target.js";
import { describeMeasured, measurePreview, type Measured } from "../../bench/preview.js";
import { measureReports } from "../../bench/reports.js";
import { mainName } from "../../roles/main/main.js";
import { main, Problem } from "../lib/problem.js";
import { settingsOf } from "../lib/settings.js";
import { Stack } from "../lib/stack.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

/** Number of compilers in each environment that is measured. */
const sizes = [10, 100, 1000];

// `npm run bench -- preview [COMPILERS ...]`: how long the program takes, compared with a bare one.
// `npm run bench -- agents ENVIRONMENT COUNT SECONDS`: how many runs of agents an environment takes.
// `npm run bench -- reports ENVIRONMENT COUNT`: how long a compiler takes to send reports that have waited.
await main(async () => {
  const [what, ...given] = process.argv.slice(2);
  if (what === "preview" && given.every((size) => isCount(Number(size)))) {
    await preview(given.length > 0 ? given.map(Number) : sizes);
    return 0;
  }
  const [environment = "", count, seconds, ...more] = given;
  const known = isCount(Number(count)) && isCount(Number(seconds)) && more.length === 0;
  if (what === "agents" && environment !== "" && known) {
    const target = await targetOf(new Stack(environment, await toolchain()));
    const { text, failed } = await measureAgents(target, Number(count), Number(seconds));
    console.log(text);
    return failed === 0 ? 0 : 1;
  }
  if (what === "reports" && environment !== "" && isCount(Number(count)) && given.length === 2) {
    const stack = new Stack(environment, await toolchain());
    const { hosts } = settingsOf(stack);
    const [compiler = ""] = hosts.compilers;
    const puppetdb = hosts.puppetdb ?? mainName;
    console.log(await measureReports(await targetOf(stack), compiler, puppetdb, Number(count)));
    return 0;
  }
  throw new Problem(
    "Write npm run bench -- preview, followed by numbers of compilers other than 10, 100 and 1000 if you want; or npm run bench -- agents ENVIRONMENT COUNT SECONDS, or npm run bench -- reports ENVIRONMENT COUNT, with the name of an environment on this machine.",
  );
});

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}

async function preview(wanted: readonly number[]): Promise<void> {
  // The engine driver starts the `pulumi` on this process's PATH. The measured operations change no resource, but
  // creating their stacks would take hours if the whole state were written after each of ten thousand resources.
  Object.assign(process.env, await toolchain(), { PULUMI_SKIP_CHECKPOINTS: "true" });
  const rows: Measured[] = [];
  for (const compilers of wanted) {
    rows.push(await measurePreview(compilers, compilers > 100 ? 1 : 3));
    console.log(`\n${describeMeasured(rows)}`);
  }
}
