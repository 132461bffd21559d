import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { distributions } from "../../distributions/index.js";
import { renderAddRepository } from "../../templates/apt/apt.js";
import { distributionNames, fileOf, filesOf, sharedFiles } from "./files.js";
import { inParsers, onFile } from "./parsers.js";

describe("Bash scripts, read by Bash", async () => {
  const shared = await sharedFiles();
  const scripts: [string, string][] = [
    ["haproxy-reload", fileOf(shared, "balancer/haproxy-reload")],
  ];
  for (const name of distributionNames) {
    const files = await filesOf(name);
    for (const file of ["converge.sh", "agent/install.sh", "compiler/puppet-crl-refresh"]) {
      scripts.push([`${name}/${file}`, fileOf(files, file)]);
    }
  }
  const check = (content: string) => inParsers(["bash", "-n"], content);

  it.each(scripts)("%s is taken", async (_, content) => {
    expect(await check(content)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it.each(scripts)("%s is refused with a block that does not end", async (_, content) => {
    expect((await check(`if true; then\n${content}`)).code).toBe(2);
  });
});

describe("scripts of the containers, read by Debian's sh", () => {
  const folder = new URL("../../hosts/containers/", import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith(".sh"));

  it.each(names)("%s is taken", async (name) => {
    const content = readFileSync(new URL(name, folder), "utf8");
    expect(await inParsers(["sh", "-n"], content)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("a test of Bash alone is no word of it", async () => {
    expect((await inParsers(["sh", "-n"], "cat < <(true)\n")).code).toBe(2);
  });
});

describe("systemd units, read by systemd", async () => {
  const files = await sharedFiles();
  const unit = (type: string) => fileOf(files, `compiler/puppet-crl-refresh.${type}`);
  /** Both units together, as one starts the other. */
  const verify = (timer: string, service = unit("service")) =>
    onFile(
      'cat >"$1.timer" <"$1"; sed -n "/^=====$/,\\$p" "$1" | sed 1d >"$1.service"; sed -i "/^=====$/,\\$d" "$1.timer"; systemd-analyze verify --man=no "$1.timer" "$1.service"',
      `${timer}=====\n${service}`,
      "puppet-crl-refresh",
    );

  it("are taken without a warning", async () => {
    expect(await verify(unit("timer"))).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("are complained of with an unknown word, a bad time, or without a program", async () => {
    const unknown = await verify(unit("timer").replace("AccuracySec", "Accuracy"));
    expect(unknown.stderr).toContain("Unknown key");
    const time = await verify(unit("timer").replace("=15s", "=soon"));
    expect(time.stderr).toContain("Failed to parse");
    const program = await verify(unit("timer"), unit("service").replace("-refresh\n", "-none\n"));
    expect(program.stderr).toContain("is not executable");
    expect(program.code).not.toBe(0);
  });
});

describe.each(["openvox8", "openvox9"] as const)("the repository of %s", (name) => {
  const { repository } = distributions[name];
  if (repository === undefined) throw new Error(`${name} has no repository`);
  const fingerprints = async (key: string) => {
    const { stdout } = await inParsers(["gpg", "--show-keys", "--with-colons"], key);
    return [...stdout.matchAll(/^(pub|fpr)(?::[^:]*){8}:([^:]*):$/gm)].map(([, , text]) => text);
  };

  it("has a key of the pinned fingerprint, and no second one", async () => {
    const { stdout } = await inParsers(["gpg", "--show-keys", "--with-colons"], repository.key);
    expect(stdout.match(/^pub:/gm)).toHaveLength(1);
    expect((await fingerprints(repository.key))[0]).toBe(repository.fingerprint);
  });

  it("has a key that is refused when it was changed", async () => {
    const changed = repository.key.replace(/^(.{20}).(.*)$/m, "$1$2");
    expect((await fingerprints(changed.replace("mQ", "mR")))[0]).not.toBe(repository.fingerprint);
  });

  it("is added as APT reads it, for this system, with that key", async () => {
    const added = await inParsers(["bash", "-euo", "pipefail"], renderAddRepository(repository));
    expect(added).toEqual({ code: 0, stdout: "", stderr: "" });
    const list = `/etc/apt/sources.list.d/${name}.list`;
    const update = `apt-get update --print-uris -o Dir::Etc::sourceparts=- -o Dir::Etc::sourcelist=${list}`;
    const { stdout } = await inParsers(["sh", "-c", update]);
    expect(stdout).toContain("'https://apt.voxpupuli.org/dists/debian13/InRelease' ");
    expect(stdout).toContain(`/dists/debian13/${name}/binary-all/`);
    const broken = await inParsers(["sh", "-c", `sed -i 's/]//' ${list} && ${update}`]);
    expect(broken.code).toBe(100);

    const installed = await inParsers(["cat", `/etc/apt/keyrings/${name}.asc`]);
    expect((await fingerprints(installed.stdout))[0]).toBe(repository.fingerprint);
  });
});
