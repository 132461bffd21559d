import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { onlyPrograms, program, temporaryFolder } from "../../support/unit/programs.js";

const minimum = "3.259.0";
const unreachable = "https://get.pulumi.com/ cannot be reached: getaddrinfo ENOTFOUND";

/** A Go client whose builds report the minimum version. */
const go = `case $1 in
  env) echo go1.25.1 ;;
  list) printf 'a\\nb\\nc\\n' ;;
  build)
    while [ "$1" != -o ]; do shift; done
    printf '#!/bin/sh\\ntest "$1" = version && echo v${minimum}\\n' >"$2" && chmod +x "$2" ;;
esac`;

/** The folder in XDG_CACHE_HOME. */
let cache: string;
let said: string[];
const say = (line: string) => {
  said.push(line);
};
/** Freshly loaded modules: they read the location of the cache when they are loaded. */
const modules = async () => ({
  ...(await import("../../../tools/lib/toolchain/cli.js")),
  ...(await import("../../../tools/lib/toolchain/downloads.js")),
  ...(await import("../../../tools/lib/toolchain/toolchain.js")),
});

beforeEach(() => {
  vi.resetModules();
  cache = temporaryFolder();
  said = [];
  vi.stubEnv("XDG_CACHE_HOME", cache);
  vi.stubGlobal("fetch", () =>
    Promise.reject(new TypeError("fetch failed", { cause: new Error("getaddrinfo ENOTFOUND") })),
  );
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

describe("olderThan", () => {
  it.each([
    ["3.258.9", "3.259.0", true],
    ["3.259.0", "3.259.0", false],
    ["3.259.1", "3.259.0", false],
    // Compared as numbers, not as text.
    ["3.99.0", "3.259.0", true],
    ["3.1000.0", "3.259.0", false],
    ["10.0.0", "3.259.0", false],
    ["2.300.0", "3.259.0", true],
  ])("%s before %s: %s", async (version, minimum, expected) => {
    const { olderThan } = await modules();
    expect(olderThan(version, minimum)).toBe(expected);
  });
});

describe("downloadsUnreachable", () => {
  it("returns nothing if the service answers, whatever the status", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response(null, { status: 404 })));
    expect(await (await modules()).downloadsUnreachable()).toBeUndefined();
  });

  it("returns the reason if it does not", async () => {
    const { downloadsUnreachable } = await modules();
    expect(await downloadsUnreachable()).toBe(unreachable);
    vi.stubGlobal("fetch", () => Promise.reject(new DOMException("it timed out", "TimeoutError")));
    expect(await downloadsUnreachable()).toBe(
      "https://get.pulumi.com/ cannot be reached: it timed out",
    );
  });
});

describe("findCli", () => {
  it.each(["v3.259.0", "v3.270.1", "v4.0.0"])("uses %s on PATH, silently", async (version) => {
    onlyPrograms({ pulumi: `echo ${version}` });
    const { findCli } = await modules();
    expect(await findCli(say)).toEqual({ bin: "", built: false });
    expect(said).toEqual([]);
  });

  it("skips one that is too old, and says so", async () => {
    onlyPrograms({ pulumi: "echo v3.258.9", go });
    const { findCli } = await modules();
    const built = join(cache, "pulumi-puppet", `pulumi-${minimum}-built`);
    expect(await findCli(say)).toEqual({ bin: built, built: true });
    expect(said).toEqual([
      `pulumi 3.258.9 on PATH is older than ${minimum}; downloading it`,
      `${unreachable}; building pulumi ${minimum} from its published Go modules`,
      "building pulumi: 3 packages",
    ]);
    expect(readdirSync(built)).toEqual(["pulumi"]);
  });

  it("builds once: the next time, it uses the build, silently", async () => {
    onlyPrograms({ go });
    const { findCli } = await modules();
    const first = await findCli(say);
    expect(said[0]).toBe("no working pulumi is on PATH; downloading it");
    said = [];
    onlyPrograms({});
    expect(await findCli(say)).toEqual(first);
    expect(said).toEqual([]);
  });

  it("prefers a download to a build", async () => {
    onlyPrograms({ go });
    const { findCli } = await modules();
    await findCli(say);
    const bin = join(cache, "pulumi-puppet", `pulumi-${minimum}`);
    program(bin, "pulumi", `echo v${minimum}`);
    expect(await findCli(say)).toEqual({ bin, built: false });
  });

  it("does not use a download of an earlier version of this project, which nobody verified", async () => {
    onlyPrograms({ go });
    program(join(cache, "pulumi-puppet", "pulumi", "bin"), "pulumi", "echo v3.270.0");
    expect((await (await modules()).findCli(say)).built).toBe(true);
  });

  it.each([
    [
      "no Go",
      {},
      "go, which is needed to build pulumi, is not on PATH; install Go 1.21 or newer, or the Pulumi CLI, and run this again.",
    ],
    [
      "a Go that is too old",
      { go: "echo go1.20.14" },
      "go1.20.14 is too old to build pulumi; install Go 1.21 or newer, or the Pulumi CLI, and run this again.",
    ],
    [
      "a module that cannot be downloaded",
      { go: `test "$1" != build || { printf 'one\\nno such module\\n' >&2; exit 1; }\n${go}` },
      "pulumi could not be built from its Go modules; install the Pulumi CLI and run this again. Go said: no such module",
    ],
  ])(
    "says what to do about %s, and leaves no partial build behind",
    async (_, programs, message) => {
      onlyPrograms(programs);
      const { findCli } = await modules();
      await expect(findCli(say)).rejects.toThrow(new Error(message));
      const folder = join(cache, "pulumi-puppet");
      expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
    },
  );

  it("does not wait for the check for a newer version", async () => {
    onlyPrograms({ pulumi: 'test "$PULUMI_SKIP_UPDATE_CHECK" = true && echo v3.300.0' });
    expect(await (await modules()).findCli(say)).toEqual({ bin: "", built: false });
  });
});

describe("toolchain", () => {
  beforeEach(() => {
    // Keeps the project's own backend and passphrase out of this.
    vi.stubEnv("PULUMI_BACKEND_URL", `file://${cache}`);
    vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "test");
    vi.stubEnv("NODE_OPTIONS", "--no-deprecation");
    vi.stubEnv("PULUMI_PUPPET_PLUGINS", undefined);
  });
  const installed = JSON.stringify([
    { name: "command", version: "1.2.1" },
    { name: "random", version: "4.21.2" },
  ]);

  it("changes nothing on a machine that has the CLI and the plugins", async () => {
    const path = onlyPrograms({
      pulumi: `if [ "$1" = version ]; then echo v3.300.0; else echo '${installed}'; fi`,
    });
    const { toolchain } = await modules();
    expect(await toolchain(say)).toMatchObject({
      PATH: path,
      PULUMI_BACKEND_URL: `file://${cache}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      NODE_OPTIONS: expect.stringMatching(
        /^--no-deprecation --import=file:\/\/\S+\/end-with-engine\.js$/,
      ) as unknown,
    });
    expect(said).toEqual([]);
  });

  it("puts its build and the stand-ins first in PATH, and needs no other plugins", async () => {
    const path = onlyPrograms({ go });
    const { toolchain } = await modules();
    const { PATH, NODE_OPTIONS, ...rest } = await toolchain(say);
    const [host = "", standins = "", built = "", ...others] = PATH?.split(":") ?? [];
    expect(standins).toMatch(/\/standins\/bin$/);
    expect(host).toMatch(/\/standins\/language-nodejs\/bin$/);
    expect(built).toBe(join(cache, "pulumi-puppet", `pulumi-${minimum}-built`));
    expect(others).toEqual([path]);
    expect(rest.PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION).toBe("true");
    // The user's options are kept.
    expect(NODE_OPTIONS).toMatch(/^--no-deprecation --import=file:\/\/\/\S+\/end-with-engine\.js$/);
  });
});
