import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import { expect, it } from "vitest";
import { parseSettings } from "../../../platforms/platforms.js";

it("Pulumi.yaml describes every setting, so that the CLI knows it", () => {
  const text = readFileSync(new URL("../../../Pulumi.yaml", import.meta.url), "utf8");
  const { config } = load(text) as { config: Record<string, { description?: string }> };
  const { hosts, plannedCompilers, ...settings } = parseSettings({ domain: "example.test" });
  expect([hosts.main, plannedCompilers.length]).toEqual(["main", 48]);
  expect(Object.keys(config).sort()).toEqual(Object.keys(settings).sort());
  for (const [name, { description = "" }] of Object.entries(config)) {
    expect(description, name).not.toBe("");
  }
});
