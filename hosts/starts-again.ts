import { readFileSync } from "node:fs";
import { directoryOf, unitOf, type HostState } from "./host-state.js";

/**
 * Has a service start again for as long as it fails, and so come back by itself when the cause is gone: packaged units, and
 * systemd's limit, leave it down. It takes effect at the next failure; nothing restarts for it.
 */
export function startsAgain(service: string): HostState {
  const dropIns = `${service.replace(/\.service$/, "")}.service.d`;
  return [
    directoryOf(`/etc/systemd/system/${dropIns}`),
    ...unitOf(
      `${dropIns}/restart.conf`,
      readFileSync(new URL("restart.conf", import.meta.url), "utf8"),
    ),
  ];
}
