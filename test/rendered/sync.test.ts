import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { sharedCodeFiles, codeFilesOf } from "../support/host-files/code-files.js";
import { fileOf } from "../support/host-files/files.js";
import { inParsers } from "../support/rendered/parsers.js";

/** What became of one message, as sync-attacks.rb reports it. */
interface Outcome {
  readonly message: string;
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

const folder = "/tmp/sync-test";
const count = 500;

/** The scripts, with folders of this test's own. */
const moved = (script: string) =>
  script
    .replaceAll('"/etc/puppet-code"', `"${folder}"`)
    .replaceAll('"/var/lib/puppet-code"', `"${folder}/home"`)
    .replaceAll("/usr/local/lib/puppet-code/", `${folder}/`);

it(`a compiler answers ${String(count)} mutated messages in one line each, and writes nothing elsewhere`, async () => {
  const seed = Date.now() % 1_000_000;
  console.log(`mutations of the main server's messages with the seed ${String(seed)}`);
  const install = (name: string, content: string) =>
    inParsers(["install", "-D", "-m", "0755", "/dev/stdin", `${folder}/${name}`], content);
  const settings = {
    ...{ name: "compiler1", fqdn: "compiler1.example.test", main: "main.example.test" },
    environments: `${folder}/environments`,
  };
  const { "compiler/puppet-code-sync": sync = "" } = await codeFilesOf("debian");
  const library = fileOf(await sharedCodeFiles(), "puppet_code.rb");
  await install("sync", moved(sync));
  await install("puppet_code.rb", moved(library));
  await install("settings.json", JSON.stringify(settings));
  const attacks = new URL("../support/rendered/sync-attacks.rb", import.meta.url);
  await install("attacks.rb", readFileSync(attacks, "utf8"));
  // No main server is there to fetch from.
  await install("bin/rsync", "#!/bin/sh\nexit 23\n");
  await inParsers(["mkdir", "-p", `${folder}/home/published`, `${folder}/environments`]);

  const run = `cd ${folder} && PATH=${folder}/bin:$PATH LC_ALL=C exec ruby attacks.rb ./puppet_code.rb ./sync ${String(seed)} ${String(count)}`;
  const { code, stdout, stderr } = await inParsers(["sh", "-c", run]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const outcomes = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Outcome);
  expect(outcomes).toHaveLength(count);
  for (const { message, exit, stdout, stderr } of outcomes) {
    const what = Buffer.from(message, "base64").toString();
    expect({ exit, stderr }, what).toEqual({ exit: 1, stderr: "" });
    // The main server shows the reason to people, on one line.
    expect(JSON.parse(stdout), what).toMatchObject({
      state: "failed",
      error: expect.stringMatching(/^[^\p{Cc}]{1,500}$/u) as string,
    });
  }
  const left = await inParsers([
    "find",
    folder,
    "-newer",
    `${folder}/bin/rsync`,
    "-printf",
    "%P\n",
  ]);
  expect(
    left.stdout
      .trim()
      .split("\n")
      .filter((path) => !path.startsWith("home")),
  ).toEqual(["environments"]);
  expect(left.stdout).not.toMatch(/\.\.|passwd|x{80}/);
}, 600_000);
