import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { distributions } from "../../distributions/index.js";
import { renderAddRepository } from "../../templates/apt/apt.js";
import { distributionNames, fileOf, filesOf, sharedFiles } from "../support/host-files/files.js";
import { inParsers, onFile } from "../support/rendered/parsers.js";

describe("Bash scripts, read by Bash", async () => {
  const shared = await sharedFiles();
  const scripts = [
    "balancer/haproxy-reload",
    "balancer/haproxy-crl-take",
    "balancer/pool-serves.sh",
    "main/puppetdb-serves.sh",
    "compiler/puppet-crl-tell",
    "puppetdb/puppetdb-backup",
    "puppetdb/puppetdb-restore",
    "external/puppetdb-database-check",
  ].map((name): [string, string] => [name, fileOf(shared, name)]);
  const ofDistributions = [
    ...["converge.sh", "agent/install.sh", "sign-reader.sh", "compiler/puppet-crl-refresh"],
    "main/puppet-main-certificate",
    ...["await", "crl-apply", "crl-refresh"].map((script) => `puppetdb/puppetdb-${script}`),
  ];
  for (const name of distributionNames) {
    const files = await filesOf(name);
    for (const file of ofDistributions) scripts.push([`${name}/${file}`, fileOf(files, file)]);
  }
  const check = (content: string) => inParsers(["bash", "-n"], content);

  it.each(scripts)("%s is accepted", async (_, content) => {
    expect(await check(content)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it.each(scripts)("%s is rejected with a block that does not end", async (_, content) => {
    expect((await check(`if true; then\n${content}`)).code).toBe(2);
  });
});

describe("scripts of the containers, read by Debian's sh", () => {
  const folder = new URL("../../hosts/containers/", import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith(".sh"));

  it.each(names)("%s is accepted", async (name) => {
    const content = readFileSync(new URL(name, folder), "utf8");
    expect(await inParsers(["sh", "-n"], content)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("a test that only Bash knows is rejected", async () => {
    expect((await inParsers(["sh", "-n"], "cat < <(true)\n")).code).toBe(2);
  });
});

describe("systemd units, read by systemd", async () => {
  const files = await sharedFiles();
  const units = [
    "compiler/puppet-crl-refresh",
    "puppetdb/puppetdb-crl-refresh",
    "puppetdb/puppetdb-backup",
  ];
  const unit = (name: string, type: string) => fileOf(files, `${name}.${type}`);
  /** Both units together, as one starts the other. */
  const verify = (name: string, timer: string, service = unit(name, "service")) =>
    onFile(
      'cat >"$1.timer" <"$1"; sed -n "/^=====$/,\\$p" "$1" | sed 1d >"$1.service"; sed -i "/^=====$/,\\$d" "$1.timer"; systemd-analyze verify --man=no "$1.timer" "$1.service"',
      // Below its own level, systemd tells nothing of a unit, not even here.
      `${timer}=====\n${service.replace(/^LogLevelMax=.*$/m, "")}`,
      name.split("/")[1],
    );

  it.each(units)("%s are accepted without a warning", async (name) => {
    expect(await verify(name, unit(name, "timer"))).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it.each(units)(
    "%s get a warning with an unknown word, a bad time, or without a program",
    async (name) => {
      const timer = unit(name, "timer");
      const unknown = await verify(name, timer.replace("[Timer]", "[Timer]\nAccuracy=1s"));
      expect(unknown.stderr).toContain("Unknown key");
      const time = await verify(name, timer.replace(/^(On\w+=).*$/gm, "$1soon"));
      expect(time.stderr).toContain("Failed to parse");
      const none = unit(name, "service").replace(/^(ExecStart=.*)$/m, "$1-none");
      const program = await verify(name, timer, none);
      expect(program.stderr).toContain("is not executable");
      expect(program.code).not.toBe(0);
    },
  );

  it("warns about the program that runs after a fetch as well", async () => {
    const name = "puppetdb/puppetdb-crl-refresh";
    const service = unit(name, "service").replace(/^(ExecStartPost=.*)$/m, "$1-none");
    const { stderr } = await verify(name, unit(name, "timer"), service);
    expect(stderr).toContain("/usr/local/sbin/puppetdb-crl-apply-none is not executable");
  });

  it.each(["puppet-connection-limits", "puppet-revoked-connections"])(
    "%s is accepted without a warning, and not without its program",
    async (name) => {
      const content = unit(`compiler/${name}`, "service");
      const verify = (text: string) =>
        onFile('systemd-analyze verify --man=no "$1"', text, `${name}.service`);
      expect(await verify(content)).toEqual({ code: 0, stdout: "", stderr: "" });
      // Behind a hyphen, systemd accepts a program that is not there.
      const without = content.replace(/^ExecStart=-?(\S+)/m, "ExecStart=$1-none");
      expect((await verify(without)).stderr).toContain("is not executable");
    },
  );

  it.each([
    ["postgresql/restart.conf", "postgresql@", "postgresql@17-main"],
    ["compiler/restart.conf", "puppetserver", "puppetserver"],
    ["compiler/restart.conf", "puppetdb", "puppetdb"],
    ["compiler/restart.conf", "haproxy", "haproxy"],
  ])("reads the drop-in %s for %s's unit next to the packaged one", async (file, unit, started) => {
    const addition = fileOf(files, file);
    const verifyAddition = (content: string) =>
      onFile(
        `folder=$(dirname "$1")/${unit}.service.d; mkdir "$folder" && cp "$1" "$folder/ours.conf" && SYSTEMD_UNIT_PATH=$(dirname "$1"): systemd-analyze verify --man=no ${started}.service`,
        content,
      );
    expect(await verifyAddition(addition)).toEqual({ code: 0, stdout: "", stderr: "" });
    const broken = await verifyAddition(addition.replace(/^Restart=.*$/m, "Restart=sometimes"));
    expect(broken.stderr).toMatch(/ours\.conf:\d+: Failed to parse Restart=sometimes/);
  });
});

describe.each(["openvox8", "openvox9"] as const)("the repository of %s", (name) => {
  const { repository } = distributions[name];
  if (repository === undefined) throw new Error(`${name} has no repository`);
  const fingerprints = async (key: string) => {
    const { stdout } = await inParsers(["gpg", "--show-keys", "--with-colons"], key);
    return [...stdout.matchAll(/^(pub|fpr)(?::[^:]*){8}:([^:]*):$/gm)].map(([, , text]) => text);
  };

  it("has one key, with the pinned fingerprint", async () => {
    const { stdout } = await inParsers(["gpg", "--show-keys", "--with-colons"], repository.key);
    expect(stdout.match(/^pub:/gm)).toHaveLength(1);
    expect((await fingerprints(repository.key))[0]).toBe(repository.fingerprint);
  });

  it("has a key that is rejected if it was changed", async () => {
    const changed = repository.key.replace(/^(.{20}).(.*)$/m, "$1$2");
    expect((await fingerprints(changed.replace("mQ", "mR")))[0]).not.toBe(repository.fingerprint);
  });

  it("is added in APT's format, for this system, with that key", async () => {
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
