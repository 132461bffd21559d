import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stateFolder } from "../../tools/lib/paths.js";
import { Stack } from "../../tools/lib/stack.js";
import { standIns } from "../../tools/lib/engine-driver.js";

const name = "test-unfinished";
const mark = join(stateFolder, `unfinished-${name}.yaml`);
const good = "config:\n  puppet:domain: example.test\n";
/** Refused by the program, which sees what a sealed setting holds and what the hosts carry. */
const refused = `${good}  puppet:mainServer: { heap: 4096 }\n`;

describe("the mark of a deployment that has not ended", () => {
  const home = mkdtempSync(join(tmpdir(), "pulumi-puppet-"));
  let stack: Stack;
  const up = async (settings: string) => {
    await stack.prepare(settings);
    return stack.up();
  };

  beforeAll(() => {
    mkdirSync(join(home, "backend"));
    stack = new Stack(name, {
      ...process.env,
      // Whatever comes of it, nothing is made on this machine.
      PATH: [standIns.commands, process.env.PATH].join(delimiter),
      PULUMI_BACKEND_URL: `file://${join(home, "backend")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
    });
  });
  afterAll(() => {
    for (const file of [stack.stackFile, mark]) rmSync(file, { force: true });
    rmSync(home, { recursive: true });
  });

  it("is not left by settings that were refused before anything was made", async () => {
    expect(await up(refused)).not.toBe(0);
    expect(existsSync(mark)).toBe(false);
  });

  it("that an earlier one left stays as it was after refused settings", async () => {
    writeFileSync(mark, good);
    expect(await up(refused)).not.toBe(0);
    expect(readFileSync(mark, "utf8")).toBe(good);
  });

  it("is all that is kept: the engine's events are not", () => {
    expect(existsSync(join(stateFolder, `events-${name}.json`))).toBe(false);
  });
});
