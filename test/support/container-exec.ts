import { existsSync } from "node:fs";
import { run, type Result, type RunOptions } from "../../tools/lib/shell.js";

/** Where the OCI runtimes keep what runs, when root started it. */
const runtimes = { runc: "/run/runc", crun: "/run/crun" } as const;

/** How containers are entered by their OCI runtime, by their names. */
const known = new Map<string, { readonly runtime: keyof typeof runtimes; readonly id: string }>();

/**
 * Runs a command in a container, as `podman exec` does, in a quarter of its time: Podman starts a monitor for each
 * command, and looks only four times a second whether it has ended. The runtime that Podman starts for it has the same
 * user, rights and environment for the command. Where it cannot be asked, as for containers that are not root's, or
 * that do not run, Podman is.
 *
 * @param container its name
 */
export async function execIn(
  container: string,
  command: readonly string[],
  options: RunOptions & { readonly user?: string } = {},
): Promise<Result> {
  const { user, ...rest } = options;
  const entered = user === undefined ? await entranceOf(container) : undefined;
  if (entered !== undefined) return run([entered.runtime, "exec", entered.id, ...command], rest);
  const interactive = options.stdin === undefined ? [] : ["--interactive"];
  const as = user === undefined ? [] : ["--user", user];
  return run(["podman", "exec", ...interactive, ...as, container, ...command], rest);
}

async function entranceOf(container: string) {
  const runs = () => {
    const entrance = known.get(container);
    return entrance && existsSync(`${runtimes[entrance.runtime]}/${entrance.id}`)
      ? entrance
      : undefined;
  };
  const before = runs();
  if (before !== undefined) return before;
  const format = "{{.OCIRuntime}} {{.Id}}";
  const { stdout } = await run(["podman", "inspect", "--format", format, container]);
  const [name = "", id = ""] = stdout.trim().split(" ");
  const runtime = (["runc", "crun"] as const).find((other) => name.endsWith(other));
  if (runtime === undefined || id === "") known.delete(container);
  else known.set(container, { runtime, id });
  return runs();
}
