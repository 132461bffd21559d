import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { project } from "../../../tools/lib/paths.js";
import { run } from "../../../tools/lib/shell.js";

/** The tool's output for these files, in one line; `npm run check` calls it in the same way. */
async function check(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-puppet-floors-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      const file = join(folder, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${text}\nexport interface Here {}\n`);
    }
    const { code, stdout, stderr } = await run(
      [
        ...[join(project, "node_modules/.bin/depcruise"), "--output-type", "err-long"],
        ...["--config", join(project, ".dependency-cruiser.js"), "."],
      ],
      { cwd: folder },
    );
    return { code, said: `${stdout}${stderr}`.replace(/\s+/g, " ") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const base = {
  "hosts/host.ts": "",
  "platforms/aws/network.ts": "",
  "roles/values.ts": 'import "../hosts/host.js";',
  "test/support/help.ts": 'import "../../roles/values.js";',
};
const see = "see docs/architecture.md.";
const hosts = `Files in hosts may import hosts, templates and distributions, and nothing else in the project; ${see}`;
const helpers = `A stage's folder in test/support/ is only for that stage; move shared helpers to test/support/ itself, or to a folder there named after its contents; ${see}`;

describe("the floors", () => {
  let found: Awaited<ReturnType<typeof check>>;
  beforeAll(async () => {
    found = await check({
      ...base,
      "components/one.ts": 'import "./two.js";',
      "components/two.ts": 'import type { Here } from "./one.js";',
      "hosts/up.ts": 'import "../roles/values.js";',
      "hosts/up-by-type.ts": 'import type { Here } from "../roles/values.js";',
      "hosts/up-inline.ts": 'export const up: import("../roles/values.js").Here = {};',
      "index.ts": 'import "./standins/main.js";',
      "platforms/containers/network.ts": 'import "../aws/network.js";',
      "shelf/thing.ts": 'import "../hosts/host.js";',
      "standins/main.ts": 'import "../hosts/host.js";',
      "test/local/foreman.test.ts": 'import "../unit/one.test.js";',
      "test/rendered/one.test.ts": 'import "../support/unit/names.js";',
      "test/support/fixture.ts": 'import "./unit/names.js";',
      "test/support/unit/names.ts": "",
      "test/unit/one.test.ts": 'import "../support/unit/names.js";',
      "templates/render.ts": 'import "../test/support/help.js";',
    });
  });

  it.each([
    [
      "a cycle through a type import",
      `error no-circles: components/one.ts → components/two.ts → components/one.ts Imports must not form a cycle, and type imports count; move what both files need to a separate file, or to a lower floor; ${see}`,
    ],
    ["an import from a higher floor", `error floor hosts: hosts/up.ts → roles/values.ts ${hosts}`],
    [
      "a type import from a higher floor",
      `error floor hosts: hosts/up-by-type.ts → roles/values.ts ${hosts}`,
    ],
    [
      "an inline type import from a higher floor",
      `error floor hosts: hosts/up-inline.ts → roles/values.ts ${hosts}`,
    ],
    [
      "an import of a separate floor",
      `error floor index.ts: index.ts → standins/main.ts index.ts may import platforms, settings, roles, components, hosts, templates and distributions, and nothing else in the project; ${see}`,
    ],
    [
      "an import of the program by a separate floor",
      `error floor standins: standins/main.ts → hosts/host.ts Files in standins may import standins, and nothing else in the project; ${see}`,
    ],
    [
      "an import of a test helper",
      `error no-tests: templates/render.ts → test/support/help.ts Only tests may import from test/; move shared code to the right floor; ${see}`,
    ],
    [
      "an import of a test file",
      `error no-test-files: test/local/foreman.test.ts → test/unit/one.test.ts A test file must not be imported; move shared helpers to test/support/; ${see}`,
    ],
    [
      "an import of a different stage's helper",
      `error helpers of a stage: test/rendered/one.test.ts → test/support/unit/names.ts ${helpers}`,
    ],
    [
      "a shared helper that imports a stage's helper",
      `error helpers of all stages: test/support/fixture.ts → test/support/unit/names.ts ${helpers}`,
    ],
    [
      "a platform that imports a different platform",
      `error apart in platforms: platforms/containers/network.ts → platforms/aws/network.ts platforms/aws, platforms/containers and platforms/existing must not import each other; move what they share to platforms/ or to a lower floor; ${see}`,
    ],
    [
      "a folder that is on no floor",
      `error no-floor: shelf/thing.ts → hosts/host.ts This file is on no floor, so it may import nothing in the project; add its folder to floors.js; ${see}`,
    ],
  ])("reject %s", (_, sentence) => {
    expect(found.said).toContain(sentence);
  });

  it("reject nothing else", () => {
    expect(found.said).toContain("x 12 dependency violations (12 errors, 0 warnings)");
    expect(found.code).not.toBe(0);
  });

  it("accept imports from lower floors", async () => {
    const { code, said } = await check({
      ...base,
      "index.ts":
        'import "./platforms/aws/network.js"; import type { Here } from "./hosts/host.js";',
      "components/one.ts": 'import "./two/two.js"; import "../hosts/host.js";',
      "components/two/two.ts": 'import "../three.js";',
      "components/three.ts": 'import "node:fs"; import "vitest";',
      "platforms/containers/network.ts": 'import "../names.js";',
      "platforms/names.ts": "",
      "policy/index.ts": 'import "../platforms/names.js";',
      "tools/lib/shell.ts": 'import "../../platforms/names.js";',
      "tools/commands/start.ts": 'import "../lib/shell.js"; import "../../bench/preview.js";',
      "bench/preview.ts": 'import "../tools/lib/shell.js";',
      "examples/own/index.ts": 'import "../../tools/lib/shell.js";',
    });
    expect(said).toContain("no dependency violations found");
    expect(code).toBe(0);
  });
});
