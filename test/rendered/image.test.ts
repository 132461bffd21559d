import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { run } from "../../tools/lib/shell.js";
import { hostsImage } from "../support/images/images.js";

const script = fileURLToPath(new URL("../../hosts/containers/image.sh", import.meta.url));
const made = (image: string) => run(["sh", script], { env: { ...process.env, IMAGE: image } });

it("a custom image is used if it is on this machine", async () => {
  expect(await made(hostsImage)).toEqual({ code: 0, stdout: "", stderr: "" });
});

it("an image that is missing and cannot be pulled is rejected with its setting", async () => {
  const image = "localhost/pulumi-puppet-test-none:1";
  const { code, stderr } = await made(image);
  expect(code).toBe(1);
  expect(stderr.trim().split("\n").at(-1)).toBe(
    `puppet:containers.image is ${image}, which is not on this machine and cannot be pulled; write a different image, or remove it.`,
  );
});
