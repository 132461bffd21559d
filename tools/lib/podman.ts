import { fileURLToPath } from "node:url";
import { podmanNames } from "../../platforms/containers/names.js";
import { mainName } from "../../roles/main/main.js";
import { baseImage } from "../../settings/containers.js";
import { Problem } from "./problem.js";
import { run, type Result, type RunOptions } from "./shell.js";

/** Runs a command on a host of an environment. */
export function exec(
  environment: string,
  host: string,
  command: readonly string[],
  options: RunOptions & { readonly user?: string } = {},
): Promise<Result> {
  const { user, ...rest } = options;
  const interactive = options.stdin === undefined ? [] : ["--interactive"];
  const as = user === undefined ? [] : ["--user", user];
  return run(
    ["podman", "exec", ...interactive, ...as, podmanNames.container(environment, host), ...command],
    rest,
  );
}

/**
 * Starts another container in an environment's network, from the main server's image, with one of the addresses for
 * agents.
 */
export async function startContainer(
  environment: string,
  host: string,
  domain: string,
): Promise<void> {
  const script = fileURLToPath(new URL("../../hosts/containers/container.sh", import.meta.url));
  const main = podmanNames.container(environment, mainName);
  const image = await run(["podman", "inspect", "--format", "{{.ImageName}}", main]);
  if (image.code !== 0) throw new Problem(`there is no container ${main}: ${image.stderr.trim()}`);
  const { code, stderr } = await run(["sh", script], {
    env: {
      ...process.env,
      CONTAINER: podmanNames.container(environment, host),
      IMAGE: image.stdout.trim(),
      NETWORK: podmanNames.network(environment),
      FQDN: `${host}.${domain}`,
      DOMAIN: domain,
      ENVIRONMENT: environment,
    },
  });
  if (code !== 0) throw new Problem(`the container of ${host} did not start: ${stderr.trim()}`);
}

/** Whether the network of an environment exists. */
export async function networkExists(environment: string): Promise<boolean> {
  return (await run(["podman", "network", "exists", podmanNames.network(environment)])).code === 0;
}

/** Names of an environment's containers, running or not. */
export async function containersOf(
  environment: string,
  state: "all" | "stopped" = "all",
): Promise<string[]> {
  const filter =
    state === "stopped" ? ["--filter", "status=exited", "--filter", "status=created"] : [];
  const { stdout } = await run([
    ...[
      "podman",
      "ps",
      "--all",
      "--format",
      "{{.Names}}",
      "--filter",
      `label=pulumi-puppet=${environment}`,
    ],
    ...filter,
  ]);
  return stdout.split("\n").filter(Boolean);
}

/** Removes everything Podman still has for an environment, and the image if nothing else uses it. */
export async function sweep(environment: string): Promise<void> {
  const containers = await containersOf(environment);
  if (containers.length > 0) await run(["podman", "rm", "--force", "--time", "5", ...containers]);
  await run(["podman", "network", "rm", "--force", podmanNames.network(environment)]);
  await run(
    ["sh", fileURLToPath(new URL("../../hosts/containers/image-delete.sh", import.meta.url))],
    {
      env: { ...process.env, IMAGE: baseImage },
    },
  );
}
