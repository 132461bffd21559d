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
  const main = podmanNames.container(environment, mainName);
  const image = await run(["podman", "inspect", "--format", "{{.ImageName}}", main]);
  if (image.code !== 0) throw new Problem(`there is no container ${main}: ${image.stderr.trim()}`);
  const { code, stderr } = await script("container.sh", {
    CONTAINER: podmanNames.container(environment, host),
    IMAGE: image.stdout.trim(),
    NETWORK: podmanNames.network(environment),
    FQDN: `${host}.${domain}`,
    DOMAIN: domain,
    ENVIRONMENT: environment,
    BESIDE: main,
  });
  if (code !== 0) throw new Problem(`the container of ${host} did not start: ${stderr.trim()}`);
}

/** Removes a container that {@link startContainer} started. */
export async function removeContainer(environment: string, host: string): Promise<void> {
  const CONTAINER = podmanNames.container(environment, host);
  await script("delete.sh", { CONTAINER, BESIDE: podmanNames.container(environment, mainName) });
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

/**
 * Starts those of an environment's stopped containers that belong to a stack.
 *
 * @param key the stack's public key
 */
export async function startStopped(environment: string, key: string): Promise<void> {
  for (const container of await containersOf(environment, "stopped")) {
    await script("start.sh", { CONTAINER: container }, key);
  }
}

/**
 * Removes everything Podman still has for a stack's environment, and the image if nothing else uses it. What belongs
 * to another stack stays.
 *
 * @param key the stack's public key
 */
export async function sweep(environment: string, key: string): Promise<void> {
  const NETWORK = podmanNames.network(environment);
  await script("network-delete.sh", { NETWORK, ENVIRONMENT: environment }, key);
  await script("image-delete.sh", { IMAGE: baseImage }, key);
}

/** One sentence about containers that no stack of this folder has, and what can be done. */
export async function strangers(environment: string): Promise<string> {
  const containers = await containersOf(environment);
  const label = '{{index .Config.Labels "pulumi-puppet-folder"}}';
  const { stdout } = await run(["podman", "inspect", "--format", label, ...containers]);
  const folders = [...new Set(stdout.split("\n").filter(Boolean))];
  const from = folders.length > 0 ? folders.join(", ") : "another folder, or from a lost state";
  return `this machine has containers of an environment ${environment} from ${from}: ${containers.join(", ")}; run npm stop there, or remove them: podman rm --force ${containers.join(" ")} && podman network rm ${podmanNames.network(environment)}`;
}

/** Runs a script of the containers, which says what it leaves alone. */
async function script(
  name: string,
  variables: Readonly<Record<string, string>>,
  key?: string,
): Promise<Result> {
  const path = fileURLToPath(new URL(`../../hosts/containers/${name}`, import.meta.url));
  return run(["sh", path], { env: { ...process.env, ...variables }, stdin: key });
}
