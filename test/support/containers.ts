import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run, type Result, type RunOptions } from "../../tools/lib/shell.js";
import { execIn } from "./container-exec.js";
import { hostsImage } from "./images/images.js";

/** A container of the tests' image, for a test that needs a system but no environment. */
export interface TestContainer {
  /** Its name in Podman. */
  readonly name: string;
  /** Runs a command in it. */
  exec(command: readonly string[], options?: RunOptions): Promise<Result>;
  /** The port on this machine that is mapped to one of its ports. */
  port(port: number): Promise<number>;
  remove(): Promise<void>;
}

/** What a container has in addition to the system. */
export interface TestContainerOptions {
  /** TCP ports to publish. */
  readonly ports?: readonly number[];
  /** Devices on this machine that it may use. */
  readonly devices?: readonly string[];
  /** Its image; by default, that of the tests. */
  readonly image?: string;
}

/**
 * Starts a container with systemd on Podman's own network.
 *
 * @param name container name, unique on this machine
 */
export async function startTestContainer(
  name: string,
  { ports = [], devices = [], image = hostsImage }: TestContainerOptions = {},
): Promise<TestContainer> {
  const container = `pulumi-puppet-test-${name}`;
  // What a killed run left: nobody else has containers of this name.
  await run(["podman", "rm", "--force", "--ignore", "--time", "0", container]);
  // Hosts of environments have no devices, so Podman's configuration adds them, not the script.
  const folder = mkdtempSync(join(tmpdir(), "pulumi-puppet-test-podman-"));
  try {
    const configuration = join(folder, "containers.conf");
    writeFileSync(configuration, `[containers]\ndevices = ${JSON.stringify(devices)}\n`);
    await containerScript({
      CONTAINER: container,
      IMAGE: image,
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
    exec: (command, options) => execIn(container, command, options),
    port: async (port) => {
      const { stdout } = await run(["podman", "port", container, `${String(port)}/tcp`]);
      return Number(stdout.trim().split(":").at(-1));
    },
    remove: async () => {
      await run(["podman", "rm", "--force", "--ignore", "--time", "0", container]);
    },
  };
}

async function containerScript(variables: Record<string, string>): Promise<void> {
  const path = fileURLToPath(new URL("../../hosts/containers/container.sh", import.meta.url));
  const { code, stderr } = await run(["sh", path], { env: { ...process.env, ...variables } });
  if (code !== 0) throw new Error(`container.sh failed: ${stderr}`);
}
