import { describe, expect, it } from "vitest";
import { compose, contentOf } from "../../support/infrastructure.js";
import { distributions } from "../../../distributions/index.js";
import { fileOf, linesOf, sharedFiles } from "../../support/host-files/files.js";

const files = await sharedFiles();
const rulesOf = (role: string) => linesOf(fileOf(files, `${role}/connection-limits.nft`));

describe("limits on connections", () => {
  it("replace a table of their own, at once, and touch no other", () => {
    for (const role of ["main", "compiler"]) {
      expect(rulesOf(role).slice(0, 3)).toEqual([
        "table inet pulumi_puppet",
        "delete table inet pulumi_puppet",
        "table inet pulumi_puppet {",
      ]);
      expect(rulesOf(role).join("\n")).not.toMatch(/flush|ruleset/);
    }
  });

  it("of the main server are the same for everybody: only requests for certificates come from strangers", () => {
    expect(rulesOf("main")).toContain("ct direction original ct original bytes > 2097152 drop");
    expect(rulesOf("main").join("\n")).not.toMatch(/saddr \{/);
  });

  it("of a compiler let facts and reports pass, and count no connection of the load balancer", async () => {
    const rules = rulesOf("compiler");
    const bytes = rules.indexOf("ct direction original ct original bytes > 67108864 drop");
    const known = rules.findIndex((line) => /^ip saddr \{ [\d.]+ \} accept$/.test(line));
    const count = rules.findIndex((line) => line.includes("ct count over 1000"));
    expect(bytes).toBeGreaterThan(0);
    expect(known).toBeGreaterThan(bytes);
    expect(count).toBeGreaterThan(known);

    const { state } = await compose(distributions.debian);
    const haproxy = contentOf(state("balancer"), "/etc/haproxy/haproxy.cfg");
    // Its own address is none of those that it connects to.
    const address = /[\d.]+/.exec(rules[known] ?? "")?.[0] ?? "";
    expect(haproxy).not.toContain(`${address}:8140`);
  });
});
