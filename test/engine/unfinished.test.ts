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
/** Rejected by the program, which knows the values of secrets and what the hosts run. */
const refused = `${good}  puppet:mainServer: { heap: 4096 }\n`;

describe("the mark of an unfinished deployment", () => {
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
      // Whatever the result, nothing is created on this machine.
      PATH: [standIns.commands, process.env.PATH].join(delimiter),
      PULUMI_BACKEND_URL: `file://${join(home, "backend")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
    });
  });
  afterAll(() => {
    for (const file of [stack.stackFile, mark]) rmSync(file, { force: true });
    rmSync(home, { recursive: true });
  });

  it("is not left by settings that were rejected before anything was created", async () => {
    expect(await up(refused)).not.toBe(0);
    expect(existsSync(mark)).toBe(false);
  });

  it("of an earlier deployment is unchanged after rejected settings", async () => {
    writeFileSync(mark, good);
    expect(await up(refused)).not.toBe(0);
    expect(readFileSync(mark, "utf8")).toBe(good);
  });

  it("is all that is kept: the engine's event log is not", () => {
    expect(existsSync(join(stateFolder, `events-${name}.json`))).toBe(false);
  });
});
