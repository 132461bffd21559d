import { describe, expect, it } from "vitest";
import { outputOf as sh } from "../support/rendered/parsers.js";
import { look } from "../support/rendered/preflight.js";

describe("a system", () => {
  it("without the programs that a deployment needs", async () => {
    const none = `command() { test "$2" != apt-get || return 1; builtin command "$@"; }\n`;
    const [finding, ...more] = await look("system", { memory: 99999999 }, { instead: none });
    expect(finding).toMatchObject({ stops: true, about: "system", found: "there is no apt-get" });
    expect(more).toEqual([]);
  });

  it("that still boots", async () => {
    const instead = "systemctl() { echo starting; }\n";
    const found =
      "the boot has not ended; systemctl list-jobs on this machine shows what it waits for";
    expect(await look("boot", {}, { instead })).toMatchObject([
      { stops: true, about: "boot", found },
    ]);
  });

  it("with fewer cores and less memory than the settings say", async () => {
    const least = { cores: 4096, memory: 99999999 };
    const [cores] = await look("cores", least);
    expect(cores?.found).toMatch(/^\d+ processor cores, and the settings say 4096$/);
    const [memory] = await look("memory", least);
    expect(memory?.found).toMatch(/^\d+ MiB of memory, and the settings say 99999999$/);
  });

  it.each([
    [86400, "its clock is 1 d 0 h ahead of the clock where Pulumi runs"],
    [-4000, "its clock is 1 h 7 min behind the clock where Pulumi runs"],
  ])("whose clock is off by %s s", async (ahead, found) => {
    expect(await look("clock", {}, { ahead })).toMatchObject([
      { stops: true, about: "clock", found },
    ]);
  });

  it("whose clock is right to the minute", async () => {
    expect(await look("clock", {}, { ahead: 60 })).toEqual([]);
  });

  it("with a folder that cannot be written, and one that is full", async () => {
    const mounts =
      "mount -t tmpfs -o ro tmpfs /usr/local/sbin; mount -t tmpfs -o size=1m tmpfs /var/log";
    expect(await look("disk", {}, { mounts })).toMatchObject([
      { stops: true, about: "disk", found: "/usr/local/sbin is mounted read-only" },
      { stops: true, about: "disk", found: "/var/log has 1 MiB free" },
    ]);
  });

  it("with half installed packages", async () => {
    // What a deployment of another test has left unfinished, it finishes itself.
    const mounts = `mkdir -p /var/lib/pulumi-puppet; mount -t tmpfs tmpfs /var/lib/pulumi-puppet
      copy=$(mktemp); sed '/^Package: haproxy$/,/^$/s/^Status: .*/Status: install ok half-configured/' /var/lib/dpkg/status >$copy
      chmod 0644 $copy; mount --bind $copy /var/lib/dpkg/status`;
    const [finding] = await look("packages", {}, { mounts });
    expect(finding).toMatchObject({ stops: true, about: "packages" });
    expect(finding?.found).toMatch(/^half installed: .*\bhaproxy\b/);
  });

  it("whose package source is out of reach: only if packages are missing", async () => {
    const mounts = `mount -t tmpfs tmpfs /etc/apt/sources.list.d
      echo 'deb [trusted=yes] http://127.0.0.1:9/debian trixie main' >/etc/apt/sources.list.d/site.list`;
    const [finding, ...more] = await look(
      "package sources",
      { packages: ["haproxy", "not-there"] },
      { mounts },
    );
    expect(finding).toMatchObject({ stops: true, about: "package sources" });
    expect(finding?.found).toMatch(
      /^http:\/\/127\.0\.0\.1:9\/debian\/dists\/trixie\/InRelease: Could not connect to 127\.0\.0\.1/,
    );
    expect(more).toEqual([]);
    expect(await look("package sources", { packages: ["haproxy"] }, { mounts })).toEqual([]);
  });

  it("with a broken list of package sources", async () => {
    const mounts = `mount -t tmpfs tmpfs /etc/apt/sources.list.d; echo nonsense >/etc/apt/sources.list.d/site.list`;
    const [finding] = await look("package sources", { packages: ["not-there"] }, { mounts });
    expect(finding?.found).toMatch(/^apt-get: E: .*site\.list/);
  });

  it("that cannot resolve names, all told together", async () => {
    const names = ["localhost", "puppet.none.invalid", "puppetca.none.invalid"];
    const [finding] = await look("names", { names });
    expect(finding).toMatchObject({ stops: true, about: "names" });
    expect(finding?.found).toBe("it cannot resolve puppet.none.invalid, puppetca.none.invalid");
    expect(finding?.advice).toMatch(/\(name servers in \/etc\/resolv\.conf: [0-9a-f.:, ]+\)$/);
  });

  it("that finds a name only with a search domain, which answers for every name", async () => {
    const instead = `getent() { echo "192.0.2.1 $2.corp.example"; }\n`;
    const [finding] = await look("names", { names: ["puppet.example.test"] }, { instead });
    expect(finding?.found).toBe("it cannot resolve puppet.example.test");
  });

  it.each([
    ["log_input", "log_input"],
    ["!log_output, log_input, use_pty", "log_input"],
    ["!log_input, log_output", undefined],
  ])("whose sudo has %s", async (defaults, named) => {
    await sh(`getent passwd look-admin >/dev/null || useradd --system look-admin
      printf 'look-admin ALL=(ALL) NOPASSWD: ALL\\nDefaults:look-admin ${defaults}\\n' >/etc/sudoers.d/look`);
    const findings = await look("sudo", {}, { instead: "SUDO_USER=look-admin\n" });
    expect(findings).toMatchObject(
      named === undefined
        ? []
        : [{ stops: true, about: "sudo", found: `sudo of look-admin has ${named} set` }],
    );
    const line = findings[0]?.advice.split(": ").slice(1).join(": ") ?? "";
    await sh(`echo '${line}' >>/etc/sudoers.d/look`);
    expect(await look("sudo", {}, { instead: "SUDO_USER=look-admin\n" })).toEqual([]);
    await sh("rm /etc/sudoers.d/look");
  });
});
