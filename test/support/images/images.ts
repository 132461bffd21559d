import { fileURLToPath } from "node:url";
import { distributions } from "../../../distributions/index.js";
import { baseImage } from "../../../settings/containers.js";
import { run } from "../../../tools/lib/shell.js";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const scripts = here("../../../hosts/containers");

/** The image of the tests' hosts, with the packages of all roles; it is kept on the machine for the next time. */
export const hostsImage = "localhost/pulumi-puppet-test-hosts:1";
/** The image of hosts that install every package from scratch. */
export const bareImage = "localhost/pulumi-puppet-test-bare:1";

const { agent, server, puppetdb, puppetdbTermini } = distributions.debian.packages;
/** What the roles install, and what tests need in addition. */
const packages = [
  ...[agent, server, ...puppetdb, puppetdbTermini],
  ...["postgresql", "haproxy", "socat", "r10k", "g10k", "webhook", "git", "rsync", "curl"],
  ...["openssh-client", "python3", "sudo", "tcpdump", "gpg", "cloud-init", "procps", "nftables"],
];

/** Builds the base image and, from it, the tests' images, if they do not exist. */
export async function makeImages(): Promise<void> {
  const BASE = baseImage;
  await script(`${scripts}/image.sh`, { IMAGE: BASE });
  await script(here("bare.sh"), { IMAGE: bareImage, BASE, JVM: here("jvm.conf") });
  await script(here("hosts.sh"), {
    ...{ IMAGE: hostsImage, BASE: bareImage, SCRIPTS: scripts, PACKAGES: packages.join(" ") },
  });
}

async function script(path: string, variables: Record<string, string>): Promise<void> {
  const { code, stdout, stderr } = await run(["sh", path], {
    env: { ...process.env, ...variables },
  });
  if (code !== 0) throw new Error(`${path} failed: ${stderr}${stdout}`);
}
