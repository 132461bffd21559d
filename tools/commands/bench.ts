import { describeMeasured, measurePreview, type Measured } from "../../bench/preview.js";
import { main, Problem } from "../lib/problem.js";
import { toolchain } from "../lib/toolchain/toolchain.js";

/** Number of compilers in each environment that is measured. */
const sizes = [10, 100, 1000];

// `npm run bench -- preview [COMPILERS ...]`: how long the program takes, compared with a bare one.
await main(async () => {
  const [what, ...given] = process.argv.slice(2);
  const wanted = given.length > 0 ? given.map(Number) : sizes;
  if (what !== "preview" || wanted.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new Problem(
      "The only benchmark is preview: npm run bench -- preview, followed by numbers of compilers other than 10, 100 and 1000 if you want.",
    );
  }
  // The engine driver starts the `pulumi` on this process's PATH. The measured operations change no resource, but
  // creating their stacks would take hours if the whole state were written after each of ten thousand resources.
  Object.assign(process.env, await toolchain(), { PULUMI_SKIP_CHECKPOINTS: "true" });
  const rows: Measured[] = [];
  for (const compilers of wanted) {
    rows.push(await measurePreview(compilers, compilers > 100 ? 1 : 3));
    console.log(`\n${describeMeasured(rows)}`);
  }
  return 0;
});
