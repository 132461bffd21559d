import { dirname } from "node:path";
import type { Input } from "@pulumi/pulumi";
import type { Distribution } from "../../distributions/index.js";
import type { Host } from "../../hosts/host.js";
import {
  copyOf,
  directoryOf,
  fileOf,
  packageOf,
  serviceOf,
  type HostResource,
  type HostState,
} from "../../hosts/host-state.js";
import { renderHaproxyReload } from "../../templates/haproxy/haproxy.js";

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

/** The running HAProxy of the system, and the script that reloads it, which needs socat. */
export function haproxyService(): HostState {
  return [
    fileOf(haproxyReload, renderHaproxyReload(), { mode: "0755" }),
    // Connections survive a reload; a restart would cut them.
    serviceOf("haproxy", { restart: haproxyReload }),
  ];
}

/**
 * Copies of the host's certificate and key for HAProxy.
 *
 * @param certificate path of the certificate's copy, in its own folder; the key's has `.key` appended
 * @param notify the HAProxy that uses them
 */
export function certificateCopies(
  certificate: string,
  fqdn: Host["fqdn"],
  { paths }: Distribution,
  notify = haproxyNotify,
): HostState {
  return [
    directoryOf(dirname(certificate), { mode: "0700" }),
    copyOf(certificate, `${paths.ssldir}/certs/${fqdn}.pem`, { notify }),
    // For root only: on the main server, this key also administers the CA.
    copyOf(`${certificate}.key`, `${paths.ssldir}/private_keys/${fqdn}.pem`, {
      mode: "0600",
      notify,
    }),
  ];
}

/**
 * The system's HAProxy in front of a service on the same host, whose HTTPS it terminates.
 *
 * @param tls the TLS files that its configuration refers to
 * @param configuration content of haproxy.cfg
 */
export function localHaproxy(tls: HostState, configuration: string): HostState {
  return [
    packageOf("haproxy"),
    packageOf("socat"),
    ...tls,
    haproxyConf("/etc/haproxy/haproxy.cfg", configuration, { notify: haproxyNotify }),
    ...haproxyService(),
  ];
}
