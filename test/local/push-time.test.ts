import { describe, it } from "vitest";
import { measurePushes } from "../support/local/push-time.js";

describe("the time of a push", () => {
  it("is little more than the time of the tool alone", async () => {
    await measurePushes(["compiler1", "compiler2"]);
  });
});
