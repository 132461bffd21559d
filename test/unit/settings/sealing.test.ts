import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sealingOf, settingsInClear, stackConfig } from "../../../settings/sealing.js";
import { sealedSettings } from "../../../settings/secrets.js";

const sealed = { secure: "v1:A" };

type Config = Record<string, unknown>;

/** Writes a setting at its path. */
function write(config: Config, setting: string, value: unknown): Config {
  const path = `puppet:${setting}`.split(".");
  const last = path.pop() ?? "";
  let at = config;
  for (const key of path) at = (at[key] ??= {}) as Config;
  at[last] = value;
  return config;
}
const written = (setting: string, value: unknown) => write({}, setting, value);
/** A file in which all other secrets are encrypted. */
const beside = (setting: string, value: unknown) => {
  const all = sealedSettings.reduce<Config>((config, other) => write(config, other, sealed), {});
  return write(all, setting, value);
};
const groups = [...new Set(sealedSettings.map((setting) => setting.split(".")[0] ?? ""))];

describe("a secret in a stack's file", () => {
  it.each(sealedSettings)("%s is recognised as secret or in plaintext", (setting) => {
    expect(sealingOf(written(setting, sealed), setting)).toBe("sealed");
    expect(sealingOf(written(setting, "hunter2"), setting)).toBe("clear");
    expect(sealingOf({}, setting)).toBe("absent");
  });

  it.each(sealedSettings)("%s in plaintext is found among others that are secret", (setting) => {
    const all = () => true;
    expect(settingsInClear(all, beside(setting, "hunter2"), groups)).toEqual([setting]);
    expect(settingsInClear(all, beside(setting, sealed), groups)).toEqual([]);
  });

  it("may be encrypted with its whole group, and written without the project's prefix", () => {
    expect(sealingOf({ "puppet:postgresql": sealed }, "postgresql.password")).toBe("sealed");
    expect(sealingOf({ postgresql: { password: "x" } }, "postgresql.password")).toBe("clear");
  });

  it("that is not in the file is checked by what the engine knows about its group", () => {
    const has = (setting: string) => setting === "postgresql.password";
    expect(settingsInClear(has, {}, ["postgresql"])).toEqual([]);
    expect(settingsInClear(has, {}, ["existing"])).toEqual(["postgresql.password"]);
    expect(settingsInClear(() => false, {}, [])).toEqual([]);
  });
});

describe("the file of the stack that runs", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-puppet-"));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  it("is the project's own, or the one that the environment names", () => {
    writeFileSync(join(folder, "Pulumi.dev.yaml"), "config:\n  puppet:domain: a.b\n");
    writeFileSync(join(folder, "other.yaml"), "config:\n  puppet:domain: c.d\n");
    expect(stackConfig(folder, "dev")).toEqual({ "puppet:domain": "a.b" });
    vi.stubEnv("PULUMI_OPTION_CONFIG_FILE", join(folder, "other.yaml"));
    expect(stackConfig(folder, "dev")).toEqual({ "puppet:domain": "c.d" });
  });

  it("may be empty or missing", () => {
    writeFileSync(join(folder, "Pulumi.empty.yaml"), "# Nothing.\n");
    expect(stackConfig(folder, "empty")).toEqual({});
    expect(stackConfig(folder, "none")).toEqual({});
  });
});
