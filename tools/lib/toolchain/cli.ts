import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheFolder } from "../paths.js";
import { run } from "../shell.js";
import { buildCli } from "./build.js";
import { download, downloadsUnreachable, Unavailable } from "./downloads.js";
import { moveTo } from "./move.js";

/** The Pulumi CLI to use. */
export interface Cli {
  /** Folder with `pulumi`. */
  readonly bin: string;
  /** Whether it was built from published modules, which have no language host for Node.js of its version. */
  readonly built: boolean;
}

/** The oldest CLI that this project has been tested with, and the one that is downloaded or built. */
export const minimumVersion = "3.259.0";

/**
 * Finds the CLI: on PATH if new enough, else an official download, else a build from published Go modules.
 * Downloads and builds are kept for the next time.
 *
 * @param say receives a line for each step that was skipped, and why
 * @throws Problem if none of the three works, or if a download is not what its checksum says
 */
export async function findCli(say: (line: string) => void): Promise<Cli> {
  const version = await versionOf("pulumi");
  if (version !== undefined && !olderThan(version, minimumVersion))
    return { bin: "", built: false };
  const reason =
    version === undefined
      ? "no working pulumi is on PATH"
      : `pulumi ${version} on PATH is older than ${minimumVersion}`;

  const downloaded = join(cacheFolder, `pulumi-${minimumVersion}`);
  const built = join(cacheFolder, `pulumi-${minimumVersion}-built`);
  if ((await versionOf(join(downloaded, "pulumi"))) !== undefined) {
    return { bin: downloaded, built: false };
  }
  if ((await versionOf(join(built, "pulumi"))) !== undefined) return { bin: built, built: true };

  say(`${reason}; downloading it`);
  const failure = (await downloadsUnreachable()) ?? (await install(downloaded));
  if (failure === undefined) return { bin: downloaded, built: false };

  say(`${failure}; building pulumi ${minimumVersion} from its published Go modules`);
  await buildCli(built, minimumVersion, say);
  return { bin: built, built: true };
}

/** Whether one dotted version is older than another. */
export function olderThan(version: string, minimum: string): boolean {
  return version.localeCompare(minimum, "en", { numeric: true }) < 0;
}

/**
 * Downloads the CLI into a folder, which is created only once its checksum is right and it runs.
 *
 * @returns undefined, or the reason why there is none
 */
async function install(folder: string): Promise<string | undefined> {
  const release = "releases/sdk/pulumi-";
  const files = {
    archive: `${release}v${minimumVersion}-${process.platform}-${process.arch}.tar.gz`,
    checksums: `${release}${minimumVersion}-checksums.txt`,
  };
  await mkdir(dirname(folder), { recursive: true });
  const unfinished = await mkdtemp(`${folder}.`);
  try {
    const archive = await download(files, unfinished);
    const tar = ["tar", "--extract", "--gzip", "--file", archive, "--directory", unfinished];
    const { code, stderr } = await run(tar);
    if (code !== 0) return `tar cannot unpack the download: ${stderr.trim()}`;
    const unpacked = join(unfinished, "pulumi");
    const version = await versionOf(join(unpacked, "pulumi"));
    if (version !== minimumVersion) return `the downloaded pulumi does not run on this machine`;
    await moveTo(folder, unpacked);
    return undefined;
  } catch (error) {
    if (error instanceof Unavailable) return error.message;
    throw error;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
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
