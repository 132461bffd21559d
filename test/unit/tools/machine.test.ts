import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { prepareMachine, raiseInotifyLimit } from "../../../tools/lib/machine.js";
import { onlyPrograms } from "../../support/unit/programs.js";

vi.mock("node:fs", async (original) => ({
  ...(await original<typeof import("node:fs")>()),
  existsSync: vi.fn(),
}));

const cgroup2 = "/sys/fs/cgroup/cgroup.controllers";
const libraries = ["/usr/lib/podman/netavark", "/usr/lib/podman/aardvark-dns"];
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
const podman = (answer: string) => ({ podman: answer });
const good = podman("echo 5.4.2 netavark");
const others = Object.fromEntries(
  ["iptables", "newuidmap", "slirp4netns", "mmdebstrap", "ssh-keygen"].map((name) => [
    name,
    "true",
  ]),
);

let said: string[];
const prepare = () =>
  prepareMachine((line) => {
    said.push(line);
  });
/** Makes these the only files that exist, in addition to the programs on PATH. */
const files = (...paths: string[]) =>
  vi.mocked(existsSync).mockImplementation((path) => paths.includes(String(path)));
const user = (id: number) => vi.spyOn(process, "getuid").mockReturnValue(id);

beforeEach(() => {
  said = [];
  user(1000);
  files(cgroup2, keyring, ...libraries);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe("a machine that has everything it needs", () => {
  it("is left unchanged, silently", async () => {
    onlyPrograms({ ...good, ...others });
    await prepare();
    expect(said).toEqual([]);
  });

  it("may have its libraries elsewhere, and runc instead of the newer cgroups", async () => {
    files(keyring, "/usr/libexec/podman/netavark", "/usr/lib/podman/aardvark-dns");
    onlyPrograms({ ...good, ...others, runc: "true" });
    await prepare();
    expect(said).toEqual([]);
  });
});

describe("a machine that lacks something", () => {
  it("names the packages and the command to a user who is not root", async () => {
    onlyPrograms({ ...others, "apt-get": "exit 1" });
    await expect(prepare()).rejects.toThrow(
      new Error(
        "This machine lacks podman; install the missing packages (on Debian and Ubuntu: apt-get install podman) and run this again.",
      ),
    );
  });

  it("lists all packages at once, by their Debian names", async () => {
    files();
    onlyPrograms({});
    const all =
      "podman netavark aardvark-dns iptables uidmap runc slirp4netns mmdebstrap debian-archive-keyring openssh-client";
    await expect(prepare()).rejects.toThrow(
      new Error(
        `This machine lacks ${all.replaceAll(" ", ", ")}; install the missing packages (on Debian and Ubuntu: apt-get install ${all}) and run this again.`,
      ),
    );
  });

  it("also reports this to root if there is no apt-get", async () => {
    user(0);
    onlyPrograms(good);
    await expect(prepare()).rejects.toThrow(/^This machine lacks iptables, .* run this again\.$/);
  });

  it("gets the packages installed for root, and says so", async () => {
    user(0);
    const path = onlyPrograms(others);
    const log = join(path, "log");
    onlyPrograms({
      ...others,
      "apt-get": `echo "$DEBIAN_FRONTEND $*" >>${log}; test "$1" = update || { printf '#!/bin/sh\\necho 5.4.2 netavark\\n' >"\${0%/*}/podman"; chmod +x "\${0%/*}/podman"; }`,
    });
    await prepare();
    expect(said).toEqual(["installing podman with apt-get"]);
    const { readFileSync } = await vi.importActual<typeof import("node:fs")>("node:fs");
    expect(readFileSync(log, "utf8")).toBe(
      "noninteractive update -qq\nnoninteractive install -qq --no-install-recommends podman\n",
    );
  });

  it("quotes the error if apt-get fails", async () => {
    user(0);
    onlyPrograms({ ...others, "apt-get": "printf 'W: old\\nE: no mirror\\n' >&2; exit 100" });
    await expect(prepare()).rejects.toThrow(new Error("`apt-get update -qq` failed: E: no mirror"));
  });
});

describe("the number of inotify instances", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-puppet-"));
    file = join(folder, "max_user_instances");
    files(file, folder);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const raise = (limit: string) => {
    writeFileSync(file, limit);
    raiseInotifyLimit((line) => {
      said.push(line);
    }, file);
    return readFileSync(file, "utf8");
  };

  it("is raised to what many containers need, and says so", () => {
    expect(raise("128\n")).toBe("1024\n");
    expect(said).toEqual(["fs.inotify.max_user_instances: 128 raised to 1024"]);
  });

  it("stays if it is high enough", () => {
    expect(raise("8192\n")).toBe("8192\n");
    expect(said).toEqual([]);
  });

  it("is reported if it cannot be raised", () => {
    // A number of the kernel that nobody can write.
    const fixed = "/proc/sys/kernel/cap_last_cap";
    files(fixed);
    raiseInotifyLimit((line) => {
      said.push(line);
    }, fixed);
    expect(said).toEqual([expect.stringMatching(/ is \d+ and cannot be raised here; use /)]);
  });
});

describe("an unusable Podman", () => {
  it.each([
    [
      "too old",
      "echo 3.4.4 netavark",
      "podman 3.4.4 is too old: install podman 4.3 or newer and run this again.",
    ],
    [
      "with the older network backend",
      "echo 4.9.3 cni",
      'podman uses the network backend cni, which has no DNS for containers: set network_backend = "netavark" in containers.conf, run `podman system reset` (it removes all containers) and run this again.',
    ],
    [
      "that fails",
      "printf 'a\\nError: no storage\\n' >&2; exit 125",
      "podman does not work here: Error: no storage",
    ],
  ])("is reported: one %s", async (_, answer, sentence) => {
    onlyPrograms({ ...podman(answer), ...others });
    await expect(prepare()).rejects.toThrow(new Error(sentence));
  });
});
