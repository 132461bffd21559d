import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { project } from "../../../tools/lib/paths.js";

describe("stand-ins for plugins", () => {
  it.each([
    "bin/pulumi-resource-command",
    "bin/pulumi-resource-random",
    "aws/bin/pulumi-resource-aws",
    "absent-hosts/bin/pulumi-resource-command",
    "language-nodejs/bin/pulumi-language-nodejs",
  ])("print the port that they listen on, from any folder: %s", async (program) => {
    const child = spawn(join(project, "standins", program), ["127.0.0.1:1"], {
      cwd: tmpdir(),
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill());
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    expect(line.toString()).toMatch(/^\d+\n$/);
  });
});
