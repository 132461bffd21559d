import { execOf, fileOf, packageOf, type HostState } from "../../hosts/host-state.js";
import { renderHdmImage } from "../../templates/hdm/hdm.js";
import type { HdmImageArgs } from "./args.js";

const imageScript = "/usr/local/sbin/hdm-image";

/** Seconds that loading the image may take. */
const imageDeadline = 1800;

/** Host state of HDM's image, and of podman, which runs it. */
export function hdmImageState({ image, imageArchive }: HdmImageArgs): HostState {
  return [
    // podman needs netavark, whatever network a container has.
    ...["podman", "netavark", "curl"].map(packageOf),
    fileOf(imageScript, renderHdmImage({ image, archive: imageArchive }), { mode: "0755" }),
    execOf("HDM's image is here", imageScript, {
      unless: `podman image exists ${image}`,
      timeout: imageDeadline,
    }),
  ];
}
