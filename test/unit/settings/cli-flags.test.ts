import { describe, expect, it } from "vitest";
import { flagIn } from "../../../settings/cli-flags.js";

describe("a flag on the CLI's command line", () => {
  it.each([
    [["up", "--stack", "dev"], "dev"],
    [["up", "--stack=dev"], "dev"],
    [["--stack=dev", "up"], "dev"],
    [["up", "-s", "dev"], "dev"],
    [["up", "-sdev"], "dev"],
    [["up", "-s=dev"], "dev"],
    [["up", "--stack", "dev", "--stack=other"], "other"],
    [["up", "--stack=a=b"], "a=b"],
    [["up"], undefined],
    [["up", "--stack"], undefined],
    [["up", "--stackless=dev"], undefined],
    [["config", "set", "key", "--", "--stack=dev"], undefined],
  ])("%j names %s", (words, stack) => {
    expect(flagIn(words, "--stack", "-s")).toBe(stack);
  });

  it("has a short form only if one is given", () => {
    expect(flagIn(["up", "-s", "dev"], "--config-file")).toBeUndefined();
    expect(flagIn(["up", "--config-file=a.yaml"], "--config-file")).toBe("a.yaml");
  });
});
