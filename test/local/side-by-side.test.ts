import { describe, expect, it } from "vitest";
import { podmanNames } from "../../hosts/containers/names.js";
import { compilerOf, runAgent } from "../../tools/agents.js";
import { containersOf, networkExists } from "../../tools/podman.js";
import { run } from "../../tools/shell.js";
import { distribution, environment, npmRun, settingsFile, stackOf } from "./environment.js";

const second = "second";

describe("a second environment", () => {
  it("lives beside the first, and leaves nothing behind", async () => {
    const settings = settingsFile({ subnet: "10.213.98.0/24", compilers: 1 });
    try {
      const { code, text, seconds } = await npmRun("start", second, settings);
      expect(code, text).toBe(0);
      console.log(`a second environment with one compiler in ${seconds.toFixed(0)} s`);
      for (const name of [environment, second]) {
        const agent = await runAgent({ environment: name, distribution }, "agent1");
        expect([0, 2]).toContain(agent.code);
        expect(compilerOf(agent.stdout)).toMatch(/^compiler\d\.example\.test$/);
      }
    } finally {
      const { code, text } = await npmRun("stop", second);
      expect(code, text).toBe(0);
    }
    expect(await containersOf(second)).toEqual([]);
    expect(await networkExists(second)).toBe(false);
    expect(await stackOf(second).exists()).toBe(false);
    // The image is the first one's as well.
    expect((await run(["podman", "image", "exists", podmanNames.image])).code).toBe(0);
    expect((await runAgent({ environment, distribution }, "agent1")).code).toBe(2);
  });

  it("is refused where its network is taken, before anything is made", async () => {
    const { code, text } = await npmRun("start", second, settingsFile());
    expect(code).toBe(1);
    expect(text).toMatch(
      /puppet:containers\.subnet is "10\.213\.99\.0\/24", which overlaps .*; write another/,
    );
    expect(await stackOf(second).exists()).toBe(false);
  });
});
