import { renderTemplate } from "../templates/render.js";
import { execOf, unitOf, type HostState } from "./host-state.js";

/**
 * Mounts those of the folders that /etc/fstab has on a volume, before anything is created in them. Other folders are
 * left alone.
 *
 * @param folders absolute paths
 */
export function mountsOf(folders: readonly string[]): HostState {
  return folders.map((folder) => {
    const sentence = `/etc/fstab has ${folder} on a volume that cannot be mounted; systemctl status ${folder} on this host says why`;
    return execOf(
      `mount ${folder}`,
      ["sh", "-c", `systemctl start ${folder} || { echo "${sentence}" >&2; exit 1; }`],
      { unless: `sh -c '! findmnt --fstab --mountpoint ${folder} || mountpoint ${folder}'` },
    );
  });
}

/**
 * Makes a service, whose folder for drop-ins exists, start only when those of its folders that /etc/fstab has on a volume
 * are mounted.
 */
export function startsMounted(service: string, folders: readonly string[]): HostState {
  return unitOf(
    `${service}.service.d/mounts.conf`,
    renderTemplate(new URL("mounts.conf.eta", import.meta.url), { folders }),
  );
}
