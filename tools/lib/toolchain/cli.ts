import { join } from "node:path";
import { cacheFolder } from "../paths.js";
import { run } from "../shell.js";
import { buildCli } from "./build.js";
import { downloadsUnreachable } from "./downloads.js";

/** The Pulumi CLI to use. */
export interface Cli {
  /** Folder with `pulumi` and its language hosts. */
  readonly bin: string;
  /** Whether it was built from published modules, with a language host that ignores the options in Pulumi.yaml. */
  readonly built: boolean;
}

/** The oldest CLI that this project has been tested with. */
export const minimumVersion = "3.259.0";

/**
 * Finds the CLI: on PATH if new enough, else an official download, else a build from published Go modules.
 * Downloads and builds are kept for the next time.
 *
 * @param say receives a line for each step that was skipped, and why
 * @throws Problem if none of the three works
 */
export async function findCli(say: (line: string) => void): Promise<Cli> {
  const version = await versionOf("pulumi");
  if (version !== undefined && !olderThan(version, minimumVersion))
    return { bin: "", built: false };
  const reason =
    version === undefined
      ? "no working pulumi is on PATH"
      : `pulumi ${version} on PATH is older than ${minimumVersion}`;

  const downloaded = join(cacheFolder, "pulumi");
  const built = join(cacheFolder, `pulumi-${minimumVersion}-built`);
  if ((await versionOf(join(downloaded, "bin", "pulumi"))) !== undefined) {
    return { bin: join(downloaded, "bin"), built: false };
  }
  if ((await versionOf(join(built, "pulumi"))) !== undefined) return { bin: built, built: true };

  say(`${reason}; downloading it`);
  const failure = (await downloadsUnreachable()) ?? (await install(downloaded));
  if (failure === undefined) return { bin: join(downloaded, "bin"), built: false };

  say(`${failure}; building pulumi ${minimumVersion} from its published Go modules`);
  await buildCli(built, minimumVersion, say);
  return { bin: built, built: true };
}

/** Whether one dotted version is older than another. */
export function olderThan(version: string, minimum: string): boolean {
  return version.localeCompare(minimum, "en", { numeric: true }) < 0;
}

async function install(root: string): Promise<string | undefined> {
  try {
    // Loaded only here: the Automation API takes as long to load as everything else in a command.
    const { PulumiCommand } = await import("@pulumi/pulumi/automation/index.js");
    await PulumiCommand.install({ root });
    return undefined;
  } catch (error) {
    return `the download failed: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}`;
  }
}

async function versionOf(program: string): Promise<string | undefined> {
  try {
    const { code, stdout } = await run([program, "version"], {
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    return code === 0 ? stdout.trim().replace(/^v/, "") : undefined;
  } catch {
    return undefined;
  }
}
