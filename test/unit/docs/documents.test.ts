import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { documents, tablesIn } from "../../../tools/lib/tables/documents.js";

describe("tables in documents", () => {
  it.each(documents)("are what the program computes, in %s", (name) => {
    const text = readFileSync(new URL(`../../../${name}`, import.meta.url), "utf8");
    expect(text).toContain("<!-- table: ");
    // npm run tables -- --write computes them anew.
    expect(tablesIn(text)).toBe(text);
  });

  it("are refused where there is no such table", () => {
    expect(() => tablesIn("<!-- table: none -->\n<!-- end of table -->")).toThrow(
      "there is no table none",
    );
  });
});
