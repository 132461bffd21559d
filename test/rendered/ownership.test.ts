import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { run, type Result } from "../../tools/lib/shell.js";
import { execIn } from "../support/container-exec.js";
import { hostsImage } from "../support/images/images.js";

const network = "pulumi-puppet-test-ownership";
const names = ["main", "agent", "stranger", "older"].map((name) => `${network}-${name}`);
const [main = "", agent = "", stranger = "", older = ""] = names;
const variables = {
  NETWORK: network,
  SUBNET: "10.213.95.0/24",
  AGENTS: "10.213.95.128/25",
  ENVIRONMENT: "test-ownership",
  DOMAIN: "example.test",
  FQDN: "main.example.test",
  IMAGE: hostsImage,
};
/** Public keys of two stacks: a folder's own, and that of another clone. */
const ours = "ssh-ed25519 AAAAours pulumi-puppet\n";
const theirs = "ssh-ed25519 AAAAtheirs pulumi-puppet\n";

function script(
  name: string,
  key: string,
  more: Readonly<Record<string, string>> = { CONTAINER: main, ADDRESS: "10.213.95.10" },
): Promise<Result> {
  const path = fileURLToPath(new URL(`../../hosts/containers/${name}.sh`, import.meta.url));
  return run(["sh", path], { env: { ...process.env, ...variables, ...more }, stdin: key });
}
const podman = async (...args: readonly string[]) => (await run(["podman", ...args])).stdout.trim();
/** A container that was removed, replaced or restarted has another. */
const identity = (container: string) =>
  podman("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", container);
const exists = async (container: string) =>
  (await run(["podman", "container", "exists", container])).code === 0;
const succeeds = async (...args: Parameters<typeof script>) => {
  const { code, stderr } = await script(...args);
  expect(code, stderr).toBe(0);
  return stderr;
};
const accepted = async () => (await execIn(main, ["cat", "/root/.ssh/authorized_keys"])).stdout;
const beside = { CONTAINER: agent, BESIDE: main, FQDN: "agent.example.test" };

const remove = async () => {
  await podman("rm", "--force", "--ignore", "--time", "0", ...names);
  await run(["podman", "network", "rm", "--force", network]);
};
beforeAll(async () => {
  await remove();
  await succeeds("network", ours);
  await succeeds("container", ours);
  await succeeds("container", "", beside);
});
afterAll(remove);

it("a stack of another clone removes, restarts and changes no container and no network", async () => {
  const before = await Promise.all([main, agent].map(identity));
  for (const refused of [await script("network", theirs), await script("container", theirs)]) {
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      new RegExp(
        `^test-ownership: this machine has containers that this stack did not make: ${main}( ${agent})?; they are from \\S+\\. Run npm start or npm stop there; if that state is lost, take them over as README\\.md says under "A lost state", or remove them: podman rm --force ${main}( ${agent})?\n$`,
      ),
    );
  }
  expect(await succeeds("delete", theirs)).toBe(
    `${main} is another stack's now, and was left alone\n`,
  );
  expect(await succeeds("network-delete", theirs)).toMatch(/^the network \S+ was left alone/);
  expect(await Promise.all([main, agent].map(identity))).toEqual(before);
  expect(await accepted()).toBe(ours);
});

it("a stack makes what it was interrupted at again, and keeps what it has configured", async () => {
  const interrupted = await identity(main);
  await succeeds("container", ours);
  const made = await identity(main);
  expect(made).not.toBe(interrupted);

  await execIn(main, [
    "sh",
    "-c",
    "mkdir -m 0700 /var/lib/pulumi-puppet && touch /var/lib/pulumi-puppet/lock",
  ]);
  await succeeds("container", ours);
  expect(await identity(main)).toBe(made);

  const moved = await script("container", ours, { CONTAINER: main, ADDRESS: "10.213.95.11" });
  expect(moved.code).toBe(1);
  expect(moved.stderr).toContain(
    `${main} is main.example.test 10.213.95.10, but would be main.example.test 10.213.95.11`,
  );
  expect(await identity(main)).toBe(made);
});

it("an older version's host, which only its key tells, is removed by its own stack alone", async () => {
  const made = { CONTAINER: older, FQDN: "older.example.test", ADDRESS: "10.213.95.11" };
  await podman("create", "--name", older, "--network", network, hostsImage);
  const folder = await mkdtemp(join(tmpdir(), "pulumi-puppet-test-"));
  await writeFile(join(folder, "authorized_keys"), ours);
  await podman("cp", `${folder}/.`, `${older}:/root/.ssh`);
  await succeeds("delete", theirs, made);
  expect(await exists(older)).toBe(true);
  await succeeds("delete", ours, made);
  expect(await exists(older)).toBe(false);
});

it("one that root in it offers is taken over as it is, and is the other stack's from then on", async () => {
  const offer = "mkdir -p /var/lib/pulumi-puppet && touch /var/lib/pulumi-puppet/take-over";
  const before = await identity(main);
  await execIn(main, ["sh", "-c", offer]);
  // Not as long as one of them is not offered.
  expect((await script("network", theirs)).code).toBe(1);
  expect(await accepted()).toBe(ours);

  await execIn(agent, ["sh", "-c", offer]);
  await succeeds("network", theirs);
  await succeeds("container", theirs);
  expect(await identity(main)).toBe(before);
  expect(await accepted()).toBe(theirs);

  expect((await script("container", ours)).code).toBe(1);
  await succeeds("delete", ours);
  expect(await identity(main)).toBe(before);
});

it("its own stack removes all of it, but no container of anybody else", async () => {
  await podman("create", "--name", stranger, "--network", network, hostsImage);
  await succeeds("delete", theirs);
  expect(await exists(main)).toBe(false);
  expect(await succeeds("network-delete", theirs)).toContain(stranger);
  expect(await exists(agent)).toBe(false);
  expect(await exists(stranger)).toBe(true);

  await podman("rm", "--force", "--time", "0", stranger);
  await succeeds("network-delete", theirs);
  expect((await run(["podman", "network", "exists", network])).code).toBe(1);
});
