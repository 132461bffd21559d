import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { Problem } from "../problem.js";
import { run } from "../shell.js";
import { moveTo } from "./move.js";

/** A program that is built from a module in the folder `go` next to this file. */
interface Program {
  readonly module: string;
  readonly tool: string;
  readonly flags: readonly string[];
}

/** Go verifies every module by go.sum, and this makes it an error if one is missing there. */
const locked = "-mod=readonly";

/**
 * Builds the CLI with the standard Go client, in about four minutes on two cores.
 *
 * @param folder folder for the program; it is created only once it is built
 * @param version version that the CLI reports
 * @throws Problem without a Go client, or if a module cannot be downloaded
 */
export async function buildCli(
  folder: string,
  version: string,
  say: (line: string) => void,
): Promise<void> {
  await requireGo();
  const versionFlag = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${version}`;
  const programs: Program[] = [
    {
      module: "pulumi",
      tool: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      flags: ["-tags", "osusergo,grpcnotrace", "-ldflags", `-s -w ${versionFlag}`],
    },
  ];
  await mkdir(dirname(folder), { recursive: true });
  const unfinished = await mkdtemp(`${folder}.`);
  try {
    for (const program of programs) await build(program, unfinished, say);
    await moveTo(folder, unfinished);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function build(
  { module, tool, flags }: Program,
  folder: string,
  say: (line: string) => void,
): Promise<void> {
  const cwd = join(import.meta.dirname, "go", module);
  const packages = await run(["go", "list", locked, "-deps", tool], { cwd });
  const total = packages.stdout.trim().split("\n").length;
  const name = tool.split("/").at(-1) ?? tool;
  say(`building ${name}: ${String(total)} packages`);
  const child = run(
    [
      ...["go", "build", locked, "-p", String(availableParallelism())],
      ...["-o", join(folder, name), ...flags, tool],
    ],
    { cwd },
  );
  const started = Date.now();
  const ticker = setInterval(() => {
    say(`building ${name}: ${String(Math.round((Date.now() - started) / 1000))} s`);
  }, 20_000);
  const { code, stderr } = await child.finally(() => {
    clearInterval(ticker);
  });
  if (code !== 0) {
    throw new Problem(
      `pulumi could not be built from its Go modules; install the Pulumi CLI and run this again. Go said: ${stderr.trim().split("\n").at(-1) ?? ""}`,
    );
  }
}

/** Go 1.21 and newer download the toolchain that a module requires; older versions cannot build these. */
async function requireGo(): Promise<void> {
  const installGo = "install Go 1.21 or newer, or the Pulumi CLI, and run this again";
  let version: string;
  try {
    version = (await run(["go", "env", "GOVERSION"])).stdout.trim();
  } catch {
    throw new Problem(`go, which is needed to build pulumi, is not on PATH; ${installGo}.`);
  }
  const [, major = "0", minor = "0"] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  if (Number(major) === 1 && Number(minor) < 21) {
    throw new Problem(`${version} is too old to build pulumi; ${installGo}.`);
  }
}
