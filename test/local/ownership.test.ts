import { cp, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { podmanNames } from "../../platforms/containers/names.js";
import { project } from "../../tools/lib/paths.js";
import { containersOf } from "../../tools/lib/podman.js";
import { run } from "../../tools/lib/shell.js";
import { environment, output } from "../support/environment.js";

const { settings } = inject("deployment");

/** What is different after a container was removed, replaced or restarted, or got another CA. */
async function found() {
  const format = "{{.Name}} {{.Id}} {{.State.StartedAt}}";
  const containers = (await containersOf(environment)).sort();
  const { stdout } = await run(["podman", "inspect", "--format", format, ...containers]);
  return stdout + (await output("main", "sha256sum /etc/puppet/puppetserver/ca/ca_*.pem"));
}

describe("a clone without the state of the environment", () => {
  let clone: string;
  const inClone = async (command: string) => {
    const env = { ...process.env };
    // Its own, as for a user who has set none.
    delete env.PULUMI_BACKEND_URL;
    delete env.PULUMI_CONFIG_PASSPHRASE_FILE;
    // Not by tools/run.js: it may install packages, and the clone only has a link to the project's.
    const program = join(clone, "tools", "commands", `${command}.ts`);
    const words = ["node", "--import", "tsx", program, environment, settings];
    const { code, stdout, stderr } = await run(words, { cwd: clone, env });
    return { code, text: stdout + stderr };
  };

  beforeAll(async () => {
    clone = await mkdtemp(join(tmpdir(), "pulumi-puppet-clone-"));
    const left = [".git", ".state", "node_modules"];
    const names = (await readdir(project)).filter((name) => !left.includes(name));
    for (const name of names) await cp(join(project, name), join(clone, name), { recursive: true });
    await symlink(join(project, "node_modules"), join(clone, "node_modules"));
  });
  afterAll(() => rm(clone, { recursive: true }));

  it("says whose the containers are, and removes, restarts and changes none", async () => {
    const before = await found();
    const main = podmanNames.container(environment, "main");

    const stopped = await inClone("stop");
    expect(stopped.code, stopped.text).toBe(1);
    expect(stopped.text).toMatch(
      new RegExp(`There is no environment ${environment} in this folder's state, but .*${main}`),
    );
    const started = await inClone("start");
    expect(started.code, started.text).not.toBe(0);
    expect(started.text).toMatch(
      new RegExp(
        `${environment}: this machine has containers that this stack did not make: .*${main}.*; they are from \\S+\\. Run npm start or npm stop there; if that state is lost, take them over`,
      ),
    );
    // What it did make: a stack, and its keys.
    const removed = await inClone("stop");
    expect(removed.code, removed.text).toBe(0);
    expect(removed.text).toContain("what this stack made is gone, but this machine has containers");

    expect(await found()).toBe(before);
  });
});
