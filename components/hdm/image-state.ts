import { execOf, fileOf, packageOf, type HostState } from "../../hosts/host-state.js";
import { renderHdmImage } from "../../templates/hdm/hdm.js";
import type { HdmImageArgs } from "./args.js";

const imageScript = "/usr/local/sbin/hdm-image";

/** Seconds until the image is loaded. */
const imageDeadline = 1800;

/** HDM's image, and podman, which runs it. */
export function hdmImageState({ image, imageArchive }: HdmImageArgs): HostState {
  return [
    // podman looks for netavark, whatever network a container has.
    ...["podman", "netavark", "curl"].map(packageOf),
    fileOf(imageScript, renderHdmImage({ image, archive: imageArchive }), { mode: "0755" }),
    execOf("HDM's image is here", imageScript, {
      unless: `podman image exists ${image}`,
      timeout: imageDeadline,
    }),
  ];
}
