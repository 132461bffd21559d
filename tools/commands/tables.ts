import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { wordsAndOption } from "../lib/arguments.js";
import { documents, tablesIn } from "../lib/tables/documents.js";
import { main, Problem } from "../lib/problem.js";
import { project } from "../lib/paths.js";

// `npm run tables [-- --write]`: shows the tables of the documents as the program computes them, or writes them there.
await main(async () => {
  const { words, given: write } = wordsAndOption("--write");
  if (words[0] !== undefined) {
    throw new Problem(
      `${words[0]} is not known; write --write, or nothing to only show the tables.`,
    );
  }
  for (const document of documents) {
    const file = join(project, document);
    const text = tablesIn(readFileSync(file, "utf8"));
    if (write) writeFileSync(file, text);
    else console.log(text.match(/<!-- table: [^]*?<!-- end of table -->/g)?.join("\n\n"));
  }
  return 0;
});
