import { describeMeasured, measurePreview, type Measured } from "../../bench/preview.js";
import { main, Problem } from "../lib/problem.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

/** Compilers of the environments that are measured. */
const sizes = [10, 100, 1000];

// `npm run bench -- preview [COMPILERS ...]`: what the program takes beside a bare one.
await main(async () => {
  const [what, ...given] = process.argv.slice(2);
  const wanted = given.length > 0 ? given.map(Number) : sizes;
  if (what !== "preview" || wanted.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new Problem(
      "There is one benchmark; write npm run bench -- preview, and numbers of compilers for others than 10, 100 and 1000.",
    );
  }
  // The engine driver starts `pulumi` of this process's PATH. What is measured changes no resource; but the stacks that
  // it needs would take hours, with their whole state written after each of ten thousand resources.
  Object.assign(process.env, await toolchain(), { PULUMI_SKIP_CHECKPOINTS: "true" });
  const rows: Measured[] = [];
  for (const compilers of wanted) {
    rows.push(await measurePreview(compilers, compilers > 100 ? 1 : 3));
    console.log(`\n${describeMeasured(rows)}`);
  }
  return 0;
});
