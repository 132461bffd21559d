import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ContractProject, temporaryFolder } from "../support/contract/contract-project.js";
import type { ResourceSpec } from "../support/contract/program/resource-spec.js";
import { type SshServer, startSshd } from "../support/contract/sshd.js";

let server: SshServer;
beforeAll(async () => {
  server = await startSshd("copy");
});
afterAll(() => server.stop());

function copy(
  name: string,
  source: Record<string, string>,
  remotePath: string,
  more: Record<string, unknown> = {},
): ResourceSpec {
  const { host, port, user, privateKey, hostKey } = server;
  const connection = { host, port, user, privateKey, hostKey, dialErrorLimit: 0 };
  return { type: "remote.CopyToRemote", name, args: { connection, source, remotePath, ...more } };
}

test("texts, files and folders are copied, and copied again when their content changes", async () => {
  const project = new ContractProject();
  const dir = temporaryFolder();
  const file = join(dir, "file");
  const folder = join(dir, "folder");
  const big = "0123456789abcdef".repeat(100_000);
  mkdirSync(join(folder, "sub"), { recursive: true });
  writeFileSync(join(folder, "a"), "in a");
  writeFileSync(join(folder, "sub", "b"), "in b");
  await server.run("mkdir -p /tmp/existing /tmp/target");
  const resources = (text: string): ResourceSpec[] => [
    copy("text", { $textAsset: text }, "/tmp/new/parent/text", { triggers: [] }),
    copy("file", { $fileAsset: file }, "/tmp/copied"),
    copy("into-folder", { $fileAsset: file }, "/tmp/existing"),
    copy("folder", { $archive: folder }, "/tmp/target"),
    copy("content", { $archive: `${folder}/` }, "/tmp/flat/deep"),
  ];
  const remote = (path: string): Promise<string> => server.run(`cat ${path}`);

  writeFileSync(file, big);
  expect((await project.preview(resources("one"))).succeeded().steps).toHaveLength(5);
  expect(await server.run("ls /tmp")).not.toContain("copied");
  (await project.up(resources("one"))).succeeded();
  expect(await remote("/tmp/new/parent/text")).toBe("one");
  expect(await remote("/tmp/existing/file | wc -c")).toBe(`${big.length}\n`);
  expect(await server.run("sha256sum < /tmp/copied")).toBe(
    await server.run("sha256sum < /tmp/existing/file"),
  );
  expect(await remote("/tmp/target/folder/a /tmp/target/folder/sub/b")).toBe("in ain b");
  expect(await remote("/tmp/flat/deep/a /tmp/flat/deep/sub/b")).toBe("in ain b");
  expect(await server.run("stat -c %a /tmp/copied")).toBe("644\n");

  writeFileSync(file, "short");
  await server.run("rm /tmp/target/folder/a");
  const updated = (await project.up(resources("two"))).succeeded();
  expect([...updated.steps].sort()).toEqual([
    "same content",
    "same folder",
    "update file",
    "update into-folder",
    "update text",
  ]);
  expect(await remote("/tmp/new/parent/text")).toBe("two");
  expect(await remote("/tmp/copied /tmp/existing/file")).toBe("shortshort");

  const moved = resources("two").map((resource) =>
    resource.name === "text" ? copy("text", { $textAsset: "two" }, "/tmp/moved") : resource,
  );
  expect((await project.up(moved)).succeeded().steps).toContain("replace text");
  expect(await remote("/tmp/moved /tmp/new/parent/text")).toBe("twotwo");

  (await project.destroy()).succeeded();
  expect(await remote("/tmp/moved")).toBe("two");
});

test("changed triggers copy again", async () => {
  const project = new ContractProject();
  const resources = (version: string): ResourceSpec[] => [
    copy("triggered", { $textAsset: "text" }, "/tmp/triggered", { triggers: [version] }),
  ];
  (await project.up(resources("1"))).succeeded();
  await server.run("echo changed > /tmp/triggered");
  (await project.up(resources("1"))).succeeded();
  expect(await server.run("cat /tmp/triggered")).toBe("changed\n");
  const replaced = (await project.up(resources("2"))).succeeded();
  expect(replaced.steps).toContain("create-replacement triggered");
  expect(await server.run("cat /tmp/triggered")).toBe("text");
});

test("a failed copy says why", async () => {
  const project = new ContractProject();
  const dir = temporaryFolder();
  await server.run("mkdir /tmp/in-the-way; touch /tmp/plain");
  const run = await project.up(
    [
      copy("text-on-folder", { $textAsset: "x" }, "/tmp/in-the-way"),
      copy("folder-on-file", { $archive: `${dir}/` }, "/tmp/plain"),
      copy("not-writable", { $textAsset: "x" }, "/proc/no-such-file"),
    ],
    { continueOnError: true },
  );
  expect(run.errors("text-on-folder")).toContain(
    "remote path /tmp/in-the-way is a directory; when using a text asset, " +
      "remotePath must be a file path",
  );
  expect(run.errors("folder-on-file")).toContain(
    "remote path /tmp/plain exists but is not a directory",
  );
  expect(run.errors("not-writable")).toContain("failed to create remote file /proc/no-such-file: ");
});
