import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { wordsAndOption } from "../lib/arguments.js";
import { computedAnew, computedIn, documents } from "../lib/tables/documents.js";
import { main, Problem } from "../lib/problem.js";
import { project } from "../lib/paths.js";

// `npm run tables [-- --write]`: shows the tables and pictures that the program computes for the documents, or writes
// them there.
await main(async () => {
  const { words, given: write } = wordsAndOption("--write");
  if (words[0] !== undefined) {
    throw new Problem(
      `${words[0]} is unknown; write --write, or nothing to only show the tables and pictures.`,
    );
  }
  for (const document of documents) {
    const file = join(project, document);
    const text = await computedAnew(readFileSync(file, "utf8"));
    if (write) writeFileSync(file, text);
    else console.log(computedIn(text).join("\n\n"));
  }
  return 0;
});
