import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sealingOf, settingsInClear, stackConfig } from "../../../settings/sealing.js";
import { sealedSettings } from "../../../settings/secrets.js";

const sealed = { secure: "v1:A" };
/** All secrets, with `team` for whatever a stack may name itself. */
const secrets = sealedSettings.map((setting) => setting.replace("*", "team"));

type Config = Record<string, unknown>;

/** Writes a setting at its path. */
function write(config: Config, setting: string, value: unknown, prefix = "puppet:"): Config {
  const path = `${prefix}${setting}`.split(".");
  const last = path.pop() ?? "";
  let at = config;
  for (const key of path) at = (at[key] ??= {}) as Config;
  at[last] = value;
  return config;
}
const written = (setting: string, value: unknown) => write({}, setting, value);
/** A file in which all other secrets are encrypted. */
const beside = (setting: string, value: unknown) => {
  const all = secrets.reduce<Config>((config, other) => write(config, other, sealed), {});
  return write(all, setting, value);
};
/** The settings with all of them. */
const given = secrets.reduce<Config>(
  (settings, secret) => write(settings, secret, "given", ""),
  {},
);
const groups = [...new Set(secrets.map((setting) => setting.split(".")[0] ?? ""))];

describe("a secret in a stack's file", () => {
  it.each(secrets)("%s is recognised as secret or in plaintext", (setting) => {
    expect(sealingOf(written(setting, sealed), setting)).toBe("sealed");
    expect(sealingOf(written(setting, "hunter2"), setting)).toBe("clear");
    expect(sealingOf({}, setting)).toBe("absent");
  });

  it.each(secrets)("%s in plaintext is found among others that are secret", (setting) => {
    expect(settingsInClear(given, beside(setting, "hunter2"), groups)).toEqual([setting]);
    expect(settingsInClear(given, beside(setting, sealed), groups)).toEqual([]);
  });

  it("may be encrypted with its whole group, and written without the project's prefix", () => {
    expect(sealingOf({ "puppet:postgresql": sealed }, "postgresql.password")).toBe("sealed");
    expect(sealingOf({ postgresql: { password: "x" } }, "postgresql.password")).toBe("clear");
  });

  it("that is not in the file is checked by what the engine knows about its group", () => {
    const one = { postgresql: { password: "hunter2" } };
    expect(settingsInClear(one, {}, ["postgresql"])).toEqual([]);
    expect(settingsInClear(one, {}, ["existing"])).toEqual(["postgresql.password"]);
    expect(settingsInClear({}, {}, [])).toEqual([]);
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
