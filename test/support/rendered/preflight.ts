import { debian } from "../../../distributions/debian.js";
import { renderPreflight, type Preflight } from "../../../hosts/preflight/preflight.js";
import { findingsIn, type Finding } from "../../../tools/lib/preflight/findings.js";
import { inParsers } from "./parsers.js";

/** A server that needs nothing. */
const least: Preflight = {
  ...{ name: "main", fqdn: "main.example.test", address: "127.0.0.1" },
  ...{ distribution: debian, cores: 1, memory: 64 },
  ...{ names: [], packages: [], ports: [], logins: [], takeOver: [] },
  ...{
    environments: undefined,
    main: false,
    haproxy: false,
    postgresql: false,
    caName: "Puppet CA",
  },
};

/** How a look at the parsers' container is arranged. */
interface Arrangement {
  /** Seconds by which the container's clock is ahead. */
  ahead?: number;
  /** Shell functions in place of programs. */
  instead?: string;
  /** Shell commands before it, as root in a mount namespace of its own. */
  mounts?: string;
}

/** What the look at the parsers' container prints. */
export async function printedLook(
  values: Partial<Preflight>,
  { ahead = 0, instead = "", mounts = "" }: Arrangement = {},
): Promise<string> {
  const clock = String(Math.round(Date.now() / 1000) - ahead);
  const script = instead + renderPreflight({ ...least, ...values });
  const { code, stdout, stderr } = await inParsers(
    ["unshare", "--mount", "sh", "-ec", `${mounts}\nexec bash -s 0 ${clock}`],
    script,
  );
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/**
 * The findings about something, of a look at the parsers' container that becomes the given server. Other tests run there
 * at the same time, and may be found too.
 */
export async function look(
  about: string,
  ...args: Parameters<typeof printedLook>
): Promise<Finding[]> {
  const findings = findingsIn({ main: await printedLook(...args) });
  return findings.filter((finding) => finding.about.startsWith(about));
}
