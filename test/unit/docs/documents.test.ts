import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { computedAnew, computedIn, documents } from "../../../tools/lib/tables/documents.js";

describe("tables and pictures in documents", () => {
  it.each(documents)("are what the program computes, in %s", async (name) => {
    const text = readFileSync(new URL(`../../../${name}`, import.meta.url), "utf8");
    expect(computedIn(text)).not.toEqual([]);
    // npm run tables -- --write recomputes them.
    expect(await computedAnew(text)).toBe(text);
  });

  it.each(["table", "picture"])("are rejected if there is no such %s", async (kind) => {
    await expect(computedAnew(`<!-- ${kind}: none -->\n<!-- end of ${kind} -->`)).rejects.toThrow(
      `there is no ${kind} none`,
    );
  });
});
