import { readFileSync } from "node:fs";
import type { Distribution } from "../../distributions/index.js";
import { renderTemplate } from "../../templates/render.js";

/** What of a site's own may be taken over on a server. */
export const TakeOver = {
  /** The CA, with its keys and certificates. */
  Ca: "ca",
  /** HAProxy, whose configuration is replaced. */
  HaProxy: "haproxy",
} as const;
export type TakeOver = (typeof TakeOver)[keyof typeof TakeOver];

/** What a server is to become, and what it must have for that. */
export interface Preflight {
  /** Name in the settings. */
  name: string;
  /** FQDN, for messages. */
  fqdn: string;
  /** Address at which the other servers connect to it. */
  address: string;
  /** Where its Puppet packages come from. */
  distribution: Distribution;
  /** Minimum number of processor cores. */
  cores: number;
  /** Minimum memory, in MiB. */
  memory: number;
  /** Names that it must be able to resolve. */
  names: readonly string[];
  /** Packages that a deployment installs where they are missing. */
  packages: readonly string[];
  /** TCP ports, and the systemd service that is to listen on each. */
  ports: readonly { port: number; service: string }[];
  /** Whom its SSH server must let in. */
  logins: readonly Login[];
  /** Whether it becomes the main server, with the CA. */
  main: boolean;
  /** Whether HAProxy's own configuration file is used. */
  haproxy: boolean;
  /** Whether PuppetDB's database is in a PostgreSQL here. */
  postgresql: boolean;
  /** Where the main server has environments that sample code would take the place of; undefined if there is none. */
  environments:
    | {
        folder: string;
        /** Shell script, run as the folder's owner: it fails, with the reason, if any is the site's own. */
        script: string;
        /** Shell command that succeeds once the sample code is there. */
        seeded: string;
      }
    | undefined;
  /** What the settings take over. */
  takeOver: readonly TakeOver[];
  /** Subject of a new CA, as the settings have it. */
  caName: string;
}

/** A user as whom other machines log in over SSH. */
export interface Login {
  user: string;
  /** Absolute path of the home directory, which has the user's authorized keys. */
  home: string;
  /** Where the others connect from. */
  addresses: readonly string[];
}

/** How long a server may take to resolve a name that its operator has created already, in seconds. */
const namesDeadline = 20;

const fragments = ["boot", "names", "../processes", "ssh-logins", "system", "services"];

/**
 * Renders the look at one server, which changes nothing there.
 *
 * @returns a Bash script, to be run as root with two arguments: the maximum seconds to wait for the boot, and the time
 *   in seconds since 1970; preflight.sh.eta describes what it prints
 */
export function renderPreflight(values: Preflight): string {
  const { distribution, ...rest } = values;
  return renderTemplate(new URL("preflight.sh.eta", import.meta.url), {
    ...rest,
    namesDeadline,
    paths: distribution.paths,
    fragments: fragments.map((name) =>
      readFileSync(new URL(`${name}.sh`, import.meta.url), "utf8"),
    ),
  });
}
