import * as pulumi from "@pulumi/pulumi";
import { renderTemplate } from "../templates/render.js";
import type { Host } from "./host.js";
import { rootCommand } from "./root-command.js";

/** What a machine has to show before anything is installed on it. */
export interface Requirements {
  /** Full name, which its messages carry. */
  fqdn: string;
  /** Names that it must be able to resolve. */
  names: readonly string[];
  /** Processor cores it must have at least. */
  cores: number;
  /** Memory it must have at least, in MiB. */
  memory: number;
  /** Folders that are kept on a volume of their own; none where there is no such volume. */
  data: DataVolume | undefined;
}

/** A volume for what must outlive the machine. */
export interface DataVolume {
  /** Serial number of the disk, which is the volume's id in AWS. */
  serial: string;
  /** Absolute paths of the folders on it; each is moved to the volume with what it holds. */
  folders: readonly string[];
}

/** Seconds that each condition is waited for. */
const deadline = 900;

/**
 * Waits until a machine answers over SSH, its first boot is over and it has what is asked of it. It says what it
 * waits for, and after 15 minutes what did not come.
 *
 * @returns the host, on which no command runs before
 */
export function whenReady(
  host: Host,
  requirements: pulumi.Output<Omit<Requirements, "fqdn">>,
  parent: pulumi.Resource,
): Host {
  const ready = rootCommand(
    `${host.name}-ready`,
    host,
    {
      create: "bash -s",
      stdin: requirements.apply((requirements) =>
        renderReady({ ...requirements, fqdn: host.fqdn }),
      ),
      triggers: [host.identity],
    },
    { parent, customTimeouts: { create: "20m", update: "20m" } },
  );
  return { ...host, ready };
}

/** Renders the script that waits for a machine; to be run as root. */
export function renderReady(values: Requirements): string {
  return renderTemplate(new URL("ready.sh.eta", import.meta.url), { ...values, deadline });
}
