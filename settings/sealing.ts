import { existsSync, readFileSync, readlinkSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { loadAll } from "js-yaml";
import { flagIn } from "./cli-flags.js";
import { isSealed, sealedSettings } from "./secrets.js";

/** Whether a setting is sealed in a stack's file, stands there in clear, or is not there. */
export type Sealing = "sealed" | "clear" | "absent";

/**
 * How a setting stands in a stack's file. A group that is sealed as a whole has all its settings sealed.
 *
 * @param config what stands below `config:`
 * @param setting its name without the project's prefix, with a dot before each level
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

/**
 * The secrets of a stack that stand in clear, as far as it can be told: by the stack's file, and for what is not in
 * it, by what the language host tells, which is whether there is any secret in a group of settings.
 *
 * @param has whether a setting is given
 * @param config what stands below `config:` in the stack's file
 * @param secretGroups groups with at least one secret
 * @returns names of the settings
 */
export function settingsInClear(
  has: (setting: string) => boolean,
  config: Readonly<Record<string, unknown>>,
  secretGroups: readonly string[],
): string[] {
  return sealedSettings.filter((setting) => {
    if (!has(setting)) return false;
    const sealing = sealingOf(config, setting);
    const [group = ""] = setting.split(".");
    return sealing === "absent" ? !secretGroups.includes(group) : sealing === "clear";
  });
}

/**
 * What stands below `config:` in the file of the stack that this program runs for: the one that the CLI was given with
 * `--config-file`, or the project's own.
 *
 * @param folder the project's folder
 * @param stack the stack's name
 * @returns nothing where there is no such file, as the settings can come from an environment of Pulumi's
 */
export function stackConfig(folder: string, stack: string): Readonly<Record<string, unknown>> {
  const file = configFileOfCli() ?? join(folder, `Pulumi.${stack.replaceAll("/", "-")}.yaml`);
  if (!existsSync(file)) return {};
  const [document] = loadAll(readFileSync(file, "utf8")) as { config?: Record<string, unknown> }[];
  return document?.config ?? {};
}

/**
 * The file that the CLI above this process was given. It tells nobody, so its command line is read; where there is
 * none to read, as on other systems than Linux, what is left is the environment.
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
    // No such folder, or a process that has ended.
  }
  return fromEnvironment;
}
