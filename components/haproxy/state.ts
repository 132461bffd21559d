import { dirname } from "node:path";
import type { Input } from "@pulumi/pulumi";
import { copyAs } from "../../hosts/as-user.js";
import {
  directoryOf,
  fileOf,
  packageOf,
  serviceOf,
  type HostResource,
  type HostState,
} from "../../hosts/host-state.js";
import { startsAgain } from "../../hosts/starts-again.js";
import { renderHaproxyReload } from "../../templates/haproxy/haproxy.js";
import type { CertificateFiles } from "../certificates/files.js";

/** What files that HAProxy reads notify: the system's HAProxy. */
export const haproxyNotify = "Service[haproxy]";

/** Script that reloads the system's HAProxy. */
export const haproxyReload = "/usr/local/sbin/haproxy-reload";

/** A configuration file, which is written only if HAProxy accepts it. */
export function haproxyConf(
  path: string,
  content: Input<string>,
  attributes: { mode?: string; sensitive?: boolean; notify: string },
): HostResource {
  // Without -q, so that Puppet's error shows what HAProxy says.
  return fileOf(path, content, { validate_cmd: "/usr/sbin/haproxy -c -f %", ...attributes });
}

/**
 * The running HAProxy of the system, and the script that reloads it, which needs socat.
 *
 * @param ports the TCP ports that it listens on
 */
export function haproxyService(ports: readonly number[]): HostState {
  return [
    fileOf(haproxyReload, renderHaproxyReload(), { mode: "0755" }),
    ...startsAgain("haproxy"),
    // Connections survive a reload; a restart would cut them.
    serviceOf("haproxy", { restart: haproxyReload, ports }),
  ];
}

/**
 * Copies of the host's certificate and key for HAProxy.
 *
 * @param path path of the certificate's copy, in its own folder; the key's has `.key` appended
 * @param files the originals
 * @param notify the HAProxy that uses them
 */
export function certificateCopies(
  path: string,
  { owner, certificate, privateKey }: CertificateFiles,
  notify = haproxyNotify,
): HostState {
  return [
    directoryOf(dirname(path), { mode: "0700" }),
    ...copyAs(owner, path, certificate, { notify }),
    // For root only: on the main server, this key also administers the CA.
    ...copyAs(owner, `${path}.key`, privateKey, { mode: "0600", notify }),
  ];
}

/**
 * The system's HAProxy in front of a service on the same host, whose HTTPS it terminates.
 *
 * @param tls the TLS files that its configuration refers to
 * @param configuration content of haproxy.cfg
 * @param port the TCP port that it listens on
 */
export function localHaproxy(tls: HostState, configuration: string, port: number): HostState {
  return [
    packageOf("haproxy"),
    packageOf("socat"),
    ...tls,
    haproxyConf("/etc/haproxy/haproxy.cfg", configuration, { notify: haproxyNotify }),
    ...haproxyService([port]),
  ];
}
