import { rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../tools/lib/shell.js";

/** A disk in this machine's kernel, backed by a file. */
export interface Disk {
  /** Path of the device, here and in containers that have it. */
  readonly device: string;
  remove(): Promise<void>;
}

/** Creates an empty disk. */
export async function emptyDisk(name: string, size: number): Promise<Disk> {
  const file = join(tmpdir(), `pulumi-puppet-test-${name}.img`);
  await rm(file, { force: true });
  await writeFile(file, "", { mode: 0o600 });
  await truncate(file, size);
  const device = await told(["losetup", "--find", "--show", file]);
  return {
    device,
    remove: async () => {
      await told(["losetup", "--detach", device]);
      await rm(file);
    },
  };
}

async function told(command: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(command);
  if (code !== 0) throw new Error(`${command.join(" ")}: ${stderr}`);
  return stdout.trim();
}
