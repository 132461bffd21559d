import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { podmanNames } from "../hosts/containers/names.js";
import { run, type Result, type RunOptions } from "../tools/shell.js";

/** One container of the environments' base image, for a test that needs a system and no environment. */
export interface TestContainer {
  /** Its name for Podman. */
  readonly name: string;
  /** Runs a command in it. */
  exec(command: readonly string[], options?: RunOptions): Promise<Result>;
  /** The port of this machine that leads to one of its ports. */
  port(port: number): Promise<number>;
  remove(): Promise<void>;
}

/** What a container has besides the system. */
export interface TestContainerOptions {
  /** TCP ports to publish. */
  readonly ports?: readonly number[];
  /** Devices of this machine that it may use. */
  readonly devices?: readonly string[];
}

/**
 * Starts a container with systemd on Podman's own network, making the base image if there is none.
 *
 * @param name container name, unique on this machine
 */
export async function startTestContainer(
  name: string,
  { ports = [], devices = [] }: TestContainerOptions = {},
): Promise<TestContainer> {
  const container = `pulumi-puppet-test-${name}`;
  await script("image.sh", {});
  // Hosts of environments have no devices: these are by Podman's configuration, and not by the script's.
  const folder = mkdtempSync(join(tmpdir(), "pulumi-puppet-test-podman-"));
  try {
    const configuration = join(folder, "containers.conf");
    writeFileSync(configuration, `[containers]\ndevices = ${JSON.stringify(devices)}\n`);
    await script("container.sh", {
      CONTAINER: container,
      NETWORK: "podman",
      FQDN: `${name}.example.test`,
      DOMAIN: "example.test",
      ENVIRONMENT: "test",
      PORTS: ports.join(" "),
      ...(devices.length > 0 ? { CONTAINERS_CONF: configuration } : {}),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
  return {
    name: container,
    exec: (command, options = {}) => {
      const interactive = options.stdin === undefined ? [] : ["--interactive"];
      return run(["podman", "exec", ...interactive, container, ...command], options);
    },
    port: async (port) => {
      const { stdout } = await run(["podman", "port", container, `${String(port)}/tcp`]);
      return Number(stdout.trim().split(":").at(-1));
    },
    remove: async () => {
      await run(["podman", "rm", "--force", "--ignore", "--time", "0", container]);
    },
  };
}

async function script(name: string, variables: Record<string, string>): Promise<void> {
  const path = fileURLToPath(new URL(`../hosts/containers/${name}`, import.meta.url));
  const env = { ...process.env, IMAGE: podmanNames.image, ...variables };
  const { code, stderr } = await run(["sh", path], { env });
  if (code !== 0) throw new Error(`${name} failed: ${stderr}`);
}
