import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { documents, tablesIn } from "./tables/documents.js";
import { main } from "./problem.js";
import { project } from "./paths.js";

// `npm run tables`: computes the tables of the documents anew.
await main(async () => {
  for (const document of documents) {
    const file = join(project, document);
    writeFileSync(file, tablesIn(readFileSync(file, "utf8")));
  }
  return 0;
});
