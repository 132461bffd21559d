import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { renderHdmImage } from "../../../templates/hdm/hdm.js";
import { run } from "../../../tools/lib/shell.js";

const name = "registry.example.com/betadots/hdm";
const digest = `sha256:${"0".repeat(64)}`;
const other = `sha256:${"1".repeat(64)}`;
const image = `${name}@${digest}`;
const url = "https://mirror.example.com/hdm.tar";

/** Holds programs in the place of podman and curl, which write down how they are called. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hdm-image-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the script, with programs that say and end as the test wants; gives what it told and what it called. */
async function runScript(archive: string | undefined, programs: Readonly<Record<string, string>>) {
  for (const [program, body] of Object.entries(programs)) {
    const path = join(folder, program);
    writeFileSync(path, `#!/bin/sh\necho "${program} $*" >>${folder}/calls\n${body}\n`);
    chmodSync(path, 0o755);
  }
  writeFileSync(join(folder, "calls"), "");
  const script = renderHdmImage({ image, archive });
  const { code, stdout, stderr } = await run(["bash"], {
    stdin: `PATH=${folder}:$PATH\n${script}`,
  });
  const { stdout: calls } = await run(["cat", join(folder, "calls")]);
  return { code, stdout, stderr, calls: calls.trim().split("\n") };
}

/** A podman that loads one image of a digest. */
const loading = (has: string) => `
case "$1" in
  load) echo "Loaded image: ${name}:v4.1.2" ;;
  images) echo "${has} sha256:aaaa" ;;
  image) echo "${has}" ;;
esac`;

describe("the script for HDM's image", () => {
  it("pulls it by its digest", async () => {
    expect(await runScript(undefined, { podman: "" })).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
      calls: [`podman pull --quiet ${image}`],
    });
  });

  it("says in one sentence that it cannot be pulled", async () => {
    const podman = "echo Trying >&2; echo 'Error: no route to host' >&2; exit 125";
    expect(await runScript(undefined, { podman })).toMatchObject({
      code: 1,
      stderr: `${image} cannot be pulled (Error: no route to host); give this host access to its registry, or set puppet:hdm.imageArchive\n`,
    });
  });

  it("loads it from an archive, and gives it the name under which its digest is looked for", async () => {
    const archive = join(folder, "hdm.tar");
    writeFileSync(archive, "");
    expect(await runScript(archive, { podman: loading(digest) })).toMatchObject({
      code: 0,
      stderr: "",
      calls: [
        `podman load --quiet --input ${archive}`,
        expect.stringMatching(/^podman images /),
        `podman tag sha256:aaaa ${name}:from-archive`,
      ],
    });
  });

  it("rejects an image with a different digest, and says which it has", async () => {
    const archive = join(folder, "hdm.tar");
    writeFileSync(archive, "");
    const { code, stderr, calls } = await runScript(archive, { podman: loading(other) });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `${archive} has ${other}, and puppet:hdm.image says ${digest}; write the archive's digest, or use the archive of that image\n`,
    });
    expect(calls.join("\n")).not.toContain("podman tag");
  });

  it.each([
    ["load", "cannot load ARCHIVE", "recreate the archive, or repair podman on this host,"],
    ["images", "cannot list its images", "repair podman on this host, in a container"],
  ])("says in one sentence that podman cannot %s", async (command, what, remedy) => {
    const archive = join(folder, "hdm.tar");
    writeFileSync(archive, "");
    const podman = `test "$1" != ${command} || { echo 'no overlay over overlays' >&2; exit 125; }\n${loading(digest)}`;
    expect(await runScript(archive, { podman })).toMatchObject({
      code: 1,
      stderr: `podman ${what.replace("ARCHIVE", archive)} (no overlay over overlays); ${remedy} as docs/hdm.md says\n`,
    });
  });

  it("says that there is no archive, before it calls anything", async () => {
    expect(await runScript("/none/hdm.tar", { podman: "" })).toMatchObject({
      code: 1,
      stderr:
        "there is no /none/hdm.tar on this host; put the archive of HDM's image there, or write where it is in puppet:hdm.imageArchive\n",
      calls: [""],
    });
  });

  it("fetches the archive from a URL, and keeps none of it", async () => {
    const { code, calls } = await runScript(url, { podman: loading(digest), curl: "" });
    expect(code).toBe(0);
    const [, file = ""] = /--output (\S+)/.exec(calls[0] ?? "") ?? [];
    expect(calls[1]).toBe(`podman load --quiet --input ${file}`);
    expect((await run(["test", "-e", file])).code).toBe(1);
  });

  it("says that the URL cannot be fetched", async () => {
    const curl = "echo 'curl: (22) The requested URL returned error: 404' >&2; exit 22";
    expect(await runScript(url, { podman: "", curl })).toMatchObject({
      code: 1,
      stderr: `${url} cannot be fetched (curl: (22) The requested URL returned error: 404); give this host access to it, or write a different place in puppet:hdm.imageArchive\n`,
    });
  });
});
