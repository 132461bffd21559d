import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { checksumsOf, downloadService } from "../../support/unit/download-service.js";
import { onlyPrograms, program, temporaryFolder } from "../../support/unit/programs.js";

const minimum = "3.259.0";
const name = `pulumi-v${minimum}-${process.platform}-${process.arch}.tar.gz`;
const archive = `releases/sdk/${name}`;
const checksums = `releases/sdk/pulumi-${minimum}-checksums.txt`;
const url = (path: string) => `https://get.pulumi.com/${path}`;

/** An archive with the CLI, as Pulumi publishes it. */
function packed(text = `test "$1" = version && echo v${minimum}`): Buffer {
  const folder = temporaryFolder();
  program(join(folder, "pulumi"), "pulumi", text);
  program(join(folder, "pulumi"), "pulumi-language-nodejs", "true");
  execFileSync("tar", ["-czf", join(folder, name), "-C", folder, "pulumi"]);
  return readFileSync(join(folder, name));
}

/** A Go client that cannot build anything: what is not refused ends with its sentence. */
const unbuilt = "go1.20.14 is too old to build pulumi";

let folder: string;
let said: string[];
const find = async () => {
  vi.resetModules();
  const { findCli } = await import("../../../tools/lib/toolchain/cli.js");
  return findCli((line) => said.push(line));
};

beforeEach(() => {
  const cache = temporaryFolder();
  folder = join(cache, "pulumi-puppet");
  said = [];
  vi.stubEnv("XDG_CACHE_HOME", cache);
  onlyPrograms({
    go: "echo go1.20.14",
    tar: 'PATH=/usr/bin:/bin exec tar "$@"',
  });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

describe("a download of the CLI", () => {
  it("is used if its checksum is the published one, and kept", async () => {
    const file = packed();
    const sums = checksumsOf({ "other.tar.gz": Buffer.from("other"), [name]: file });
    const asked = await downloadService({ files: { [archive]: file, [checksums]: sums } });
    const found = { bin: join(folder, `pulumi-${minimum}`), built: false };
    expect(await find()).toEqual(found);
    expect(readdirSync(found.bin).sort()).toEqual(["pulumi", "pulumi-language-nodejs"]);
    expect(said).toEqual(["no working pulumi is on PATH; downloading it"]);
    expect(await find()).toEqual(found);
    expect(asked).toEqual([checksums, archive]);
    expect(readdirSync(folder)).toEqual([`pulumi-${minimum}`]);
  });

  it.each([
    ["another file", () => packed("touch /tmp/it-ran; echo v3.259.0")],
    ["a truncated file", () => packed().subarray(0, 100)],
    ["an empty file", () => Buffer.alloc(0)],
  ])("that is %s is refused with both checksums, and nothing of it is used", async (_, sent) => {
    const [file, wrong] = [packed(), sent()];
    const sums = checksumsOf({ [name]: file });
    await downloadService({ files: { [archive]: wrong, [checksums]: sums } });
    const [expected] = sums.split(" ");
    const [actual] = checksumsOf({ [name]: wrong }).split(" ");
    await expect(find()).rejects.toThrow(
      new Error(
        `${url(archive)} has the checksum ${actual}, but ${url(checksums)} says ${expected}, so it was not used; run this again later, and tell Pulumi if it stays so.`,
      ),
    );
    expect(readdirSync(folder)).toEqual([]);
    expect(said).toHaveLength(1);
  });

  it.each([
    ["without checksums", "is not trusted", {}, `${url(checksums)} cannot be fetched: 404`],
    [
      "without its own checksum",
      "is not trusted",
      { [checksums]: checksumsOf({ [`other-${name}`]: Buffer.from("other") }) },
      `${url(checksums)} has no checksum of ${name}`,
    ],
    [
      "that does not exist",
      "is no error",
      { [checksums]: checksumsOf({ [name]: Buffer.from("any") }) },
      `${url(archive)} cannot be fetched: 404`,
    ],
  ])("%s %s: the CLI is built instead", async (what, _, files, reason) => {
    const others = what === "that does not exist" ? {} : { [archive]: packed() };
    await downloadService({ files: { ...others, ...files } });
    await expect(find()).rejects.toThrow(unbuilt);
    expect(said[1]).toBe(`${reason}; building pulumi ${minimum} from its published Go modules`);
    expect(existsSync(join(folder, `pulumi-${minimum}`))).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("whose connection is cut is no error: the CLI is built instead", async () => {
    const file = packed();
    const files = { [archive]: file, [checksums]: checksumsOf({ [name]: file }) };
    await downloadService({ files, cut: archive });
    await expect(find()).rejects.toThrow(unbuilt);
    expect(said[1]).toContain(`${url(archive)} cannot be fetched: `);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("that does not run here is not kept", async () => {
    const file = packed("exit 1");
    const files = { [archive]: file, [checksums]: checksumsOf({ [name]: file }) };
    await downloadService({ files });
    await expect(find()).rejects.toThrow(unbuilt);
    expect(said[1]).toContain("the downloaded pulumi does not run on this machine");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is not taken from where anybody on the way can change it", async () => {
    const file = packed();
    const files = { [archive]: file, [checksums]: checksumsOf({ [name]: file }) };
    await downloadService({ files, moved: [checksums, "http://mirror.example.com/sums"] });
    await expect(find()).rejects.toThrow(unbuilt);
    expect(said[1]).toContain(
      `${url(checksums)} redirects to http://mirror.example.com/sums, which is not HTTPS`,
    );
  });
});
