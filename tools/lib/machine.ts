import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Problem } from "./problem.js";
import { onPath, run } from "./shell.js";

/** What the containers platform needs on this machine, and the Debian package for it. */
const needs: readonly {
  readonly package: string;
  readonly there: () => boolean | Promise<boolean>;
}[] = [
  { package: "podman", there: () => onPath("podman") },
  // Podman's network and its DNS; the podman package only recommends them.
  { package: "netavark", there: () => inLibraries("netavark") },
  { package: "aardvark-dns", there: () => inLibraries("aardvark-dns") },
  { package: "iptables", there: () => onPath("iptables") },
  { package: "uidmap", there: () => onPath("newuidmap") },
  // crun, the runtime podman prefers, requires a machine with cgroups version 2 only.
  {
    package: "runc",
    there: async () => existsSync("/sys/fs/cgroup/cgroup.controllers") || (await onPath("runc")),
  },
  // Networks of rootless containers.
  {
    package: "slirp4netns",
    there: async () =>
      process.getuid?.() === 0 || (await onPath("slirp4netns")) || (await onPath("pasta")),
  },
  // Builds the base image, from packages that this key has signed.
  { package: "mmdebstrap", there: () => onPath("mmdebstrap") },
  {
    package: "debian-archive-keyring",
    there: () => existsSync("/usr/share/keyrings/debian-archive-keyring.gpg"),
  },
  { package: "openssh-client", there: () => onPath("ssh-keygen") },
];

/**
 * Makes sure that this machine can run containers: installs missing packages if it may and knows how.
 *
 * @param say receives a line when packages are installed
 * @throws Problem naming the missing packages and how to install them
 */
export async function prepareMachine(say: (line: string) => void): Promise<void> {
  const missing = await missingPackages();
  if (missing.length > 0) {
    const command = `apt-get install ${missing.join(" ")}`;
    if (process.getuid?.() !== 0 || !(await onPath("apt-get"))) {
      throw new Problem(
        `This machine lacks ${missing.join(", ")}; install the missing packages (on Debian and Ubuntu: ${command}) and run this again.`,
      );
    }
    say(`installing ${missing.join(", ")} with apt-get`);
    await install(missing);
  }
  await requirePodman();
  if (process.getuid?.() === 0) raiseInotifyLimit(say);
}

/** Inotify instances that are enough for a hundred containers. */
const inotifyInstances = 1024;

/**
 * Raises the number of inotify instances until the next boot. The systemd of each container uses several: with the usual
 * 128 for all of root's, the twentieth container does not start, or its path units fail unnoticed.
 *
 * @param say receives a line if the limit is too low
 */
export function raiseInotifyLimit(
  say: (line: string) => void,
  file = "/proc/sys/fs/inotify/max_user_instances",
): void {
  if (!existsSync(file)) return;
  const limit = readFileSync(file, "utf8").trim();
  if (Number(limit) >= inotifyInstances) return;
  try {
    writeFileSync(file, `${String(inotifyInstances)}\n`);
    say(`fs.inotify.max_user_instances: ${limit} raised to ${String(inotifyInstances)}`);
  } catch {
    say(
      `fs.inotify.max_user_instances is ${limit} and cannot be raised here; use no more than 15 containers on this machine, or raise it to ${String(inotifyInstances)}.`,
    );
  }
}

async function missingPackages(): Promise<string[]> {
  const checked = await Promise.all(
    needs.map(async (need) => ({ need, there: await need.there() })),
  );
  return checked.filter(({ there }) => !there).map(({ need }) => need.package);
}

async function install(packages: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const command of [
    ["apt-get", "update", "-qq"],
    ["apt-get", "install", "-qq", "--no-install-recommends", ...packages],
  ]) {
    const { code, stderr } = await run(command, { env });
    if (code !== 0)
      throw new Problem(
        `\`${command.join(" ")}\` failed: ${stderr.trim().split("\n").at(-1) ?? ""}`,
      );
  }
}

async function requirePodman(): Promise<void> {
  const { code, stdout, stderr } = await run([
    ...["podman", "info", "--format", "{{.Version.Version}} {{.Host.NetworkBackend}}"],
  ]);
  if (code !== 0)
    throw new Problem(`podman does not work here: ${stderr.trim().split("\n").at(-1) ?? ""}`);
  const [version = "", backend = ""] = stdout.trim().split(" ");
  if (Number(version.split(".")[0]) < 4) {
    throw new Problem(
      `podman ${version} is too old: install podman 4.3 or newer and run this again.`,
    );
  }
  if (backend !== "netavark") {
    throw new Problem(
      `podman uses the network backend ${backend}, which has no DNS for containers: set network_backend = "netavark" in containers.conf, run \`podman system reset\` (it removes all containers) and run this again.`,
    );
  }
}

function inLibraries(program: string): boolean {
  return ["/usr/lib/podman", "/usr/libexec/podman"].some((folder) =>
    existsSync(`${folder}/${program}`),
  );
}
