import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { RunRequest } from "@pulumi/pulumi/proto/language_pb.js";

/** How a program that has told its own error ends, as in its SDK. */
const toldItsError = 32;

/** Options of the runtime in Pulumi.yaml. */
interface Options {
  /** Arguments of Node.js, separated by blanks. */
  readonly nodeargs?: string;
  /** Whether the SDK compiles the program; true by default. */
  readonly typescript?: boolean;
}

/**
 * Runs a program.
 *
 * @param engineAddress where the program logs
 * @returns what the engine says of its end; `bail` if it has told its error itself
 */
export async function runProgram(
  request: RunRequest,
  engineAddress: string,
): Promise<{ error: string; bail: boolean }> {
  const { nodeargs = "", typescript = true } = (request.getInfo()?.getOptions()?.toJavaScript() ??
    {}) as Options;
  const folder = request.getInfo()?.getProgramDirectory() ?? request.getPwd();
  let entry: string;
  try {
    entry = createRequire(join(folder, "package.json")).resolve("@pulumi/pulumi/cmd/run");
  } catch {
    return { error: `${folder} has no @pulumi/pulumi; run npm install there.`, bail: false };
  }
  const program = spawn(
    "node",
    [...nodeargs.split(" ").filter(Boolean), entry, ...wordsOf(request, engineAddress)],
    {
      cwd: request.getPwd(),
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        ...process.env,
        PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toObject(true))),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
        ...(typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
      },
    },
  );
  const [code] = (await once(program, "exit")) as [number | null];
  if (code === 0) return { error: "", bail: false };
  if (code === toldItsError) return { error: "", bail: true };
  return { error: `Program exited with non-zero exit code: ${String(code)}`, bail: false };
}

/** The words with which the SDK starts a program. */
function wordsOf(request: RunRequest, engineAddress: string): string[] {
  const named = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    stack: request.getStack(),
    pwd: request.getPwd(),
    "query-mode": String(request.getQuerymode()),
    parallel: String(request.getParallel()),
  };
  const words = Object.entries(named).flatMap(([name, value]) =>
    value === "" ? [] : [`--${name}`, value],
  );
  return [
    ...words,
    ...(request.getDryrun() ? ["--dry-run"] : []),
    request.getProgram() === "" ? "." : request.getProgram(),
    ...request.getArgsList(),
  ];
}
