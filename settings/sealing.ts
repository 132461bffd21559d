import { existsSync, readFileSync, readlinkSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { loadAll } from "js-yaml";
import { flagIn } from "./cli-flags.js";
import { isSealed, sealedSettings } from "./secrets.js";

/** Whether a setting is secret in a stack's file, in plaintext, or not in the file. */
export type Sealing = "sealed" | "clear" | "absent";

/**
 * How a setting is stored in a stack's file. If a whole group is secret, so are all settings in it.
 *
 * @param config what is below `config:`
 * @param setting its name without the project's prefix, with dots between the levels
 */
export function sealingOf(config: Readonly<Record<string, unknown>>, setting: string): Sealing {
  const [group = "", ...path] = setting.split(".");
  let at = config[`puppet:${group}`] ?? config[group];
  for (const key of path) {
    if (isSealed(at)) return "sealed";
    at = (at as Readonly<Record<string, unknown>> | null | undefined)?.[key];
  }
  if (at === undefined || at === null) return "absent";
  return isSealed(at) ? "sealed" : "clear";
}

/** The settings that a name means, where `*` stands for any name at its level. */
function namesOf(setting: string, values: unknown): string[] {
  const [key = "", ...rest] = setting.split(".");
  const within = (values ?? {}) as Readonly<Record<string, unknown>>;
  const names = key === "*" ? Object.keys(within) : [key];
  return rest.length === 0
    ? names.filter((name) => within[name] !== undefined)
    : names.flatMap((name) =>
        namesOf(rest.join("."), within[name]).map((inner) => `${name}.${inner}`),
      );
}

/**
 * The secrets of a stack that are in plaintext, as far as this is known: from the stack's file, and for settings that
 * are not in it from the language host, which only says whether a group of settings contains any secret.
 *
 * @param settings the settings that are given
 * @param config what is below `config:` in the stack's file
 * @param secretGroups groups with at least one secret
 * @returns names of the settings
 */
export function settingsInClear(
  settings: object,
  config: Readonly<Record<string, unknown>>,
  secretGroups: readonly string[],
): string[] {
  const given = sealedSettings.flatMap((setting) => namesOf(setting, settings));
  return given.filter((setting) => {
    const sealing = sealingOf(config, setting);
    const [group = ""] = setting.split(".");
    return sealing === "absent" ? !secretGroups.includes(group) : sealing === "clear";
  });
}

/**
 * What is below `config:` in the file of the stack that this program runs for: the file that the CLI was given with
 * `--config-file`, or the project's own.
 *
 * @param folder the project's folder
 * @param stack the stack's name
 * @returns an empty object if there is no such file, because the settings can come from a Pulumi environment
 */
export function stackConfig(folder: string, stack: string): Readonly<Record<string, unknown>> {
  const file = configFileOfCli() ?? join(folder, `Pulumi.${stack.replaceAll("/", "-")}.yaml`);
  if (!existsSync(file)) return {};
  const [document] = loadAll(readFileSync(file, "utf8")) as { config?: Record<string, unknown> }[];
  return document?.config ?? {};
}

/**
 * The file that the CLI above this process was given. The CLI does not pass it on, so its command line is read; where
 * that is impossible, as on systems other than Linux, only the environment is left.
 */
function configFileOfCli(): string | undefined {
  const fromEnvironment = process.env.PULUMI_OPTION_CONFIG_FILE;
  let pid = process.ppid;
  try {
    while (pid > 1) {
      const words = readFileSync(`/proc/${String(pid)}/cmdline`, "utf8").split("\0");
      if (basename(words[0] ?? "") === "pulumi") {
        const file = flagIn(words, "--config-file") ?? fromEnvironment;
        return file && resolve(readlinkSync(`/proc/${String(pid)}/cwd`), file);
      }
      const status = readFileSync(`/proc/${String(pid)}/status`, "utf8");
      pid = Number(/^PPid:\s*(\d+)$/m.exec(status)?.[1] ?? 0);
    }
  } catch {
    // There is no such folder, or the process has ended.
  }
  return fromEnvironment;
}
