import { chmodSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { findPlugins, plugins } from "../../../tools/lib/toolchain/plugins.js";
import { checksumsOf, downloadService } from "../../support/unit/download-service.js";
import { onlyPrograms, program, temporaryFolder } from "../../support/unit/programs.js";

const command = { name: "command", version: "1.2.1" };
const random = { name: "random", version: "4.21.2" };
const standins = join(import.meta.dirname, "../../../standins/bin");
const because = (reason: string) =>
  `plugins command and random: using this project's development stand-ins, because ${reason}`;

let said: string[];
const find = (environment: NodeJS.ProcessEnv) =>
  findPlugins(environment, (line) => {
    said.push(line);
  });

/** An environment with a CLI that lists plugins and logs what it has to install. */
function withCli(
  listed: readonly object[],
  install = "true",
): { PATH: string; asked: () => string } {
  const log = join(temporaryFolder(), "log");
  const PATH = onlyPrograms({
    pulumi: `case $2 in
      ls) echo '${JSON.stringify(listed)}' ;;
      install) echo "$*" >>${log}; ${install} ;;
    esac`,
  });
  return { PATH, asked: () => readFileSync(log, "utf8") };
}

beforeEach(() => {
  said = [];
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no route")));
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

it("the plugins have the versions of the installed SDKs", () => {
  const lock = JSON.parse(
    readFileSync(new URL("../../../package-lock.json", import.meta.url), "utf8"),
  ) as { packages: Record<string, { version: string }> };
  for (const { name, version } of plugins) {
    expect(lock.packages[`node_modules/@pulumi/${name}`]?.version).toBe(version);
  }
});

describe("plugins in the folder PULUMI_PUPPET_PLUGINS", () => {
  const both = () => {
    const folder = temporaryFolder();
    for (const { name } of plugins) program(folder, `pulumi-resource-${name}`, "true");
    return folder;
  };

  it("are used, silently, by absolute and relative path", async () => {
    const folder = both();
    for (const given of [folder, relative(process.cwd(), folder)]) {
      expect(await find({ PULUMI_PUPPET_PLUGINS: given })).toBe(folder);
    }
    expect(said).toEqual([]);
  });

  it.each(["command", "random"])("must all exist: %s does not", async (name) => {
    const folder = both();
    const path = join(folder, `pulumi-resource-${name}`);
    const sentence = `PULUMI_PUPPET_PLUGINS is ${folder}, but ${path} is not an executable; put the plugin there or unset PULUMI_PUPPET_PLUGINS.`;
    chmodSync(path, 0o644);
    await expect(find({ PULUMI_PUPPET_PLUGINS: folder })).rejects.toThrow(new Error(sentence));
  });

  it("must exist in an existing folder", async () => {
    const folder = join(temporaryFolder(), "none");
    await expect(find({ PULUMI_PUPPET_PLUGINS: folder })).rejects.toThrow(
      new Error(
        `PULUMI_PUPPET_PLUGINS is ${folder}, but ${folder}/pulumi-resource-command is not an executable; put the plugin there or unset PULUMI_PUPPET_PLUGINS.`,
      ),
    );
  });
});

describe("plugins that the CLI has", () => {
  it("are left to it, silently", async () => {
    const { PATH } = withCli([{ name: "aws", version: "7.0.0" }, random, command]);
    expect(await find({ PATH })).toBeUndefined();
    expect(said).toEqual([]);
  });

  it.each([
    ["none of them", []],
    ["one of them", [command]],
    ["one in another version", [command, { ...random, version: "4.21.1" }]],
    ["others in those versions", [command, { ...random, name: "tls" }]],
  ])("are replaced by stand-ins if there is only %s and no download", async (_, listed) => {
    const { PATH } = withCli(listed);
    expect(await find({ PATH })).toBe(standins);
    expect(said).toEqual([because("https://get.pulumi.com/ cannot be reached: no route")]);
  });

  it("are ignored if it cannot list them", async () => {
    const PATH = onlyPrograms({ pulumi: "echo '[]'; exit 1" });
    expect(await find({ PATH })).toBe(standins);
  });
});

describe("plugins that can be downloaded", () => {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const nameOf = ({ name, version }: typeof command) =>
    `pulumi-resource-${name}-v${version}-${process.platform}-${architecture}.tar.gz`;
  const content = (name: string) => Buffer.from(`the archive of ${name}`);
  /** What Pulumi publishes of both, with these changes. */
  const published = (changes: Record<string, string> = {}) => ({
    files: {
      ...Object.fromEntries<string | Buffer>(
        plugins.flatMap(({ name, version }) => [
          [`releases/plugins/${nameOf({ name, version })}`, content(name)],
          [
            `releases/plugins/pulumi-${name}_${version}_checksums.txt`,
            // As the two projects publish them.
            checksumsOf(
              { [nameOf({ name, version })]: content(name) },
              name === "random" ? "sha1" : "sha256",
            ),
          ],
        ]),
      ),
      ...changes,
    },
  });
  const install = 'cat "$7" >>"$(dirname "$0")/installed"';

  it("are verified and installed by the CLI, but only missing ones", async () => {
    const requested = await downloadService(published());
    const { PATH, asked } = withCli([command], install);
    expect(await find({ PATH })).toBeUndefined();
    expect(asked()).toMatch(
      /^plugin install resource random 4\.21\.2 --file \S+\/pulumi-resource-random-v4\.21\.2-\S+\.tar\.gz\n$/,
    );
    expect(readFileSync(join(PATH, "installed"), "utf8")).toBe("the archive of random");
    expect(requested).toHaveLength(2);
    expect(said).toEqual([]);
  });

  it.each([command, random])(
    "are refused if $name is not what its checksum says",
    async (wrong) => {
      const path = `releases/plugins/${nameOf(wrong)}`;
      await downloadService(published({ [path]: "something else" }));
      const { PATH, asked } = withCli(wrong === command ? [random] : [command]);
      await expect(find({ PATH })).rejects.toThrow(
        `https://get.pulumi.com/${path} has the checksum `,
      );
      expect(asked).toThrow("ENOENT");
    },
  );

  it("are replaced by stand-ins if they cannot be had", async () => {
    await downloadService({ files: {} });
    const { PATH } = withCli([random]);
    expect(await find({ PATH })).toBe(standins);
    expect(said).toEqual([
      because(
        "https://get.pulumi.com/releases/plugins/pulumi-command_1.2.1_checksums.txt cannot be fetched: 404",
      ),
    ]);
  });

  it("are replaced by stand-ins if the CLI fails, with its last line", async () => {
    await downloadService(published());
    const { PATH } = withCli([], "printf 'first\\nerror: 403\\n' >&2; exit 1");
    expect(await find({ PATH })).toBe(standins);
    expect(said).toEqual([because("the plugin command could not be installed: error: 403")]);
  });
});
