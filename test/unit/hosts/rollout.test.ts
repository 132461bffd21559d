import { describe, expect, it } from "vitest";
import { Rollout } from "../../../components/rollout/rollout.js";
import { nobodyElse } from "../../../templates/compiler-pool/compiler-pool.js";

/** Has hosts ask for their turns, in this order. */
function asking(rollout: Rollout, hosts: readonly string[]) {
  const begun: string[] = [];
  const refused: string[] = [];
  for (const host of hosts) {
    rollout.turn(host).then(
      () => begun.push(host),
      (error: unknown) => refused.push((error as Error).message),
    );
  }
  return { begun, refused };
}
/** Everything that can go on without anybody's help has done so. */
const settled = async () => {
  for (let tick = 0; tick < 20; tick += 1) await new Promise(setImmediate);
};

describe("hosts that serve together", () => {
  it("change one at a time", async () => {
    const rollout = new Rollout(1, 3);
    const { begun } = asking(rollout, ["one", "two", "three"]);
    await settled();
    expect(begun).toEqual(["one"]);
    rollout.end("one");
    await settled();
    expect(begun).toEqual(["one", "two"]);
    rollout.end("two");
    await settled();
    expect(begun).toEqual(["one", "two", "three"]);
  });

  it("change as many at a time as may be unavailable", async () => {
    const { begun } = asking(new Rollout(2, 3), ["one", "two", "three"]);
    await settled();
    expect(begun).toEqual(["one", "two"]);
  });

  it("have their turn whoever else has changed without one", async () => {
    const rollout = new Rollout(1, 3);
    rollout.end("three");
    const { begun } = asking(rollout, ["one", "two"]);
    await settled();
    expect(begun).toEqual(["one"]);
  });

  it("stay as they are once a change has failed, and each says which", async () => {
    const rollout = new Rollout(1, 3);
    const { begun, refused } = asking(rollout, ["one", "two", "three"]);
    await settled();
    rollout.fail("one", ["exit status 1"]);
    await settled();
    expect(begun).toEqual(["one"]);
    expect(refused).toEqual([
      "two was not changed, and serves with what it has: the change of one failed.",
      "three was not changed, and serves with what it has: the change of one failed.",
    ]);
  });

  it("go on if one could not leave for want of another one, whose change may repair that", async () => {
    const rollout = new Rollout(1, 2);
    const { begun, refused } = asking(rollout, ["one", "two"]);
    await settled();
    rollout.fail("one", [`exit status 1: one.example.test: ${nobodyElse}`]);
    await settled();
    expect(begun).toEqual(["one", "two"]);
    expect(refused).toEqual([]);
  });
});
