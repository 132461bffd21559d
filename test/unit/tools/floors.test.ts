import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { project } from "../../../tools/lib/paths.js";
import { run } from "../../../tools/lib/shell.js";

/** What the tool says of files that stand as these do, in one line; `npm run check` calls it the same way. */
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
const hosts = `Files in hosts may import hosts, templates and distributions, and nothing else from the project; ${see}`;
const helpers = `A stage's folder in test/support/ is for that stage alone; move shared helpers to test/support/ itself, or to a folder there named after what it holds; ${see}`;

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
      "a circle that a type closes",
      `error no-circles: components/one.ts → components/two.ts → components/one.ts Imports must not form a circle, and imports of types count; move what both files need to a file of its own, or to a floor below; ${see}`,
    ],
    ["an import up", `error floor hosts: hosts/up.ts → roles/values.ts ${hosts}`],
    ["an import up of a type", `error floor hosts: hosts/up-by-type.ts → roles/values.ts ${hosts}`],
    [
      "an import up within a type",
      `error floor hosts: hosts/up-inline.ts → roles/values.ts ${hosts}`,
    ],
    [
      "an import of what stands apart",
      `error floor index.ts: index.ts → standins/main.ts index.ts may import platforms, settings, roles, components, hosts, templates and distributions, and nothing else from the project; ${see}`,
    ],
    [
      "what stands apart importing the program",
      `error floor standins: standins/main.ts → hosts/host.ts Files in standins may import standins, and nothing else from the project; ${see}`,
    ],
    [
      "an import of a test's helper",
      `error no-tests: templates/render.ts → test/support/help.ts Only tests may import from test/; move shared code to the floor where it belongs; ${see}`,
    ],
    [
      "an import of a file with tests",
      `error no-test-files: test/local/foreman.test.ts → test/unit/one.test.ts A file with tests must not be imported; move shared helpers to test/support/; ${see}`,
    ],
    [
      "an import of another stage's helper",
      `error helpers of a stage: test/rendered/one.test.ts → test/support/unit/names.ts ${helpers}`,
    ],
    [
      "a helper of all stages that imports one of a stage",
      `error helpers of all stages: test/support/fixture.ts → test/support/unit/names.ts ${helpers}`,
    ],
    [
      "a platform that imports another",
      `error apart in platforms: platforms/containers/network.ts → platforms/aws/network.ts platforms/aws, platforms/containers and platforms/existing must not import each other; move what they share to platforms/ or to a floor below; ${see}`,
    ],
    [
      "a folder without a floor",
      `error no-floor: shelf/thing.ts → hosts/host.ts This file is on no floor, so it may import nothing from the project; add its folder to floors.js; ${see}`,
    ],
  ])("refuse %s", (_, sentence) => {
    expect(found.said).toContain(sentence);
  });

  it("refuse nothing else", () => {
    expect(found.said).toContain("x 12 dependency violations (12 errors, 0 warnings)");
    expect(found.code).not.toBe(0);
  });

  it("let pass what imports downwards", async () => {
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
