import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { renderTemplate } from "../templates/render.js";
import type { Host } from "./host.js";
import { rootCommand } from "./root-command.js";

/** What a machine must have before anything is installed on it. */
export interface Requirements {
  /** FQDN, for messages. */
  fqdn: string;
  /** Names that it must be able to resolve. */
  names: readonly string[];
  /** How long it may take until it can, in seconds. */
  namesDeadline: number;
  /** Minimum number of processor cores. */
  cores: number;
  /** Minimum memory, in MiB. */
  memory: number;
  /** Whether the stack takes over a CA there that no stack has made; false by default. */
  takesOverAuthority?: boolean;
  /** Volume with folders that must outlive the machine; undefined if there is none. */
  data: DataVolume | undefined;
}

/** A volume for data that must outlive the machine. */
export interface DataVolume {
  /** Serial number of the disk; in AWS, this is the volume's id. */
  serial: string;
  /** Absolute paths of the folders on it; each is moved to the volume with its content. */
  folders: readonly string[];
}

/** Maximum wait for each condition, in seconds. */
const deadline = 900;

/**
 * Waits until a machine answers over SSH, has finished its first boot and meets the requirements. It logs what it is
 * waiting for, and after 15 minutes reports what is still missing.
 *
 * @returns the host; no command runs on it before that
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
      english: true,
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
  return renderTemplate(new URL("ready.sh.eta", import.meta.url), {
    takesOverAuthority: false,
    ...values,
    deadline,
    boot: fragment("boot"),
    resolution: fragment("names"),
  });
}

const fragment = (name: string) =>
  readFileSync(new URL(`preflight/${name}.sh`, import.meta.url), "utf8").trimEnd();
