import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { standIns, type ResourceState } from "../../tools/lib/engine-driver.js";
import { project } from "../../tools/lib/paths.js";
import { rotate } from "../../tools/lib/rotation.js";
import { Stack } from "../../tools/lib/stack.js";

const name = "test-rotation";
const settings = readFileSync(join(project, "Pulumi.dev.yaml"), "utf8");
const changed = settings.replace('puppet:compilers: "2"', 'puppet:compilers: "3"');

describe("a rotation", () => {
  const home = mkdtempSync(join(tmpdir(), "pulumi-puppet-"));
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    // Nothing is created anywhere.
    PATH: [...Object.values(standIns), process.env.PATH].join(delimiter),
    PULUMI_BACKEND_URL: `file://${join(home, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
  };
  const stack = new Stack(name, env);

  /** The inputs and outputs of every resource, by its URN, as text with secrets in plaintext. */
  async function resources(): Promise<Record<string, string>> {
    const { stdout } = await stack.run(["stack", "export", "--show-secrets", "--stack", name]);
    const { deployment } = JSON.parse(stdout) as { deployment: { resources: ResourceState[] } };
    return Object.fromEntries(
      deployment.resources
        .filter(({ type }) => !type.startsWith("pulumi:") && !type.startsWith("puppet:"))
        .map(({ urn, inputs, outputs }) => [urn, JSON.stringify([inputs, outputs])]),
    );
  }

  beforeAll(async () => {
    mkdirSync(join(home, "backend"));
    await stack.prepare(settings);
    expect(await stack.up()).toBe(0);
  }, 300_000);
  afterAll(() => {
    rmSync(stack.stackFile, { force: true });
    rmSync(home, { recursive: true });
  });

  it("makes one key anew, and changes only what has it", async () => {
    const before = await resources();
    expect(await rotate("agents-key", stack, env)).toBe(0);
    const after = await resources();
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
    const different = Object.keys(after)
      .filter((urn) => after[urn] !== before[urn])
      .map((urn) => urn.split("::").at(-1));
    expect(different.sort()).toEqual([
      "main-certificate-settled",
      "main-configuration-run",
      "puppet-authority-agent-key",
      "puppet-puppetdb-serves",
    ]);
  }, 300_000);

  it("is refused where a deployment would change something else, and changes nothing", async () => {
    const before = await resources();
    expect(changed).not.toBe(settings);
    await stack.prepare(changed);
    await expect(rotate("webhook-secret", stack, env)).rejects.toThrow(
      `The preview of ${name} shows other changes, or an error, and a rotation changes nothing else; run npm start -- ${name} first.`,
    );
    expect(await resources()).toEqual(before);
  });

  it("is refused without such a stack", async () => {
    await expect(rotate("agents-key", new Stack("test-nobody", env), env)).rejects.toThrow(
      "There is no stack test-nobody; ",
    );
  });
});
