import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { baseImage } from "../../../settings/containers.js";
import { run } from "../../../tools/lib/shell.js";
import { startTestContainer } from "../containers.js";

/** Name of the image that stands in for HDM's. */
const name = "localhost/pulumi-puppet-hdm-stand-in";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Builds the image that stands in for HDM's, which is only available from its registry: the base image with a small
 * program that has HDM's commands, pages and users.
 *
 * @param archive the image's archive file
 * @returns the image as in the setting, `NAME@sha256:…`
 */
export async function makeImage(archive: string): Promise<string> {
  const container = await startTestContainer("hdm-image", { image: baseImage });
  try {
    for (const file of readdirSync(here("../../../standins/hdm"))) {
      const mode = file === "bundle" ? "0755" : "0644";
      const path = `/opt/hdm-stand-in/${file}`;
      const stdin = readFileSync(here(`../../../standins/hdm/${file}`), "utf8");
      await container.exec(["install", "-D", "-m", mode, "/dev/stdin", path], { stdin });
    }
    const env = { ...process.env, CONTAINER: container.name, IMAGE: name, ARCHIVE: archive };
    const { code, stdout, stderr } = await run(["sh", here("image.sh")], { env });
    if (code !== 0) throw new Error(`image.sh failed: ${stderr}`);
    return `${name}@${stdout.trim()}`;
  } finally {
    await container.remove();
  }
}
