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

/** The system's HAProxy, as the files that it reads notify it. */
export const haproxyNotify = "Service[haproxy]";

/** Script that reloads the system's HAProxy. */
export const haproxyReload = "/usr/local/sbin/haproxy-reload";

/** A configuration file, which is written only when HAProxy accepts it. */
export function haproxyConf(
  path: string,
  content: Input<string>,
  attributes: { mode?: string; sensitive?: boolean; notify: string },
): HostResource {
  // Without -q: the error Puppet shows is what HAProxy says.
  return fileOf(path, content, { validate_cmd: "/usr/sbin/haproxy -c -f %", ...attributes });
}

/** The system's HAProxy, running, and the script that reloads it, which needs socat. */
export function haproxyService(): HostState {
  return [
    fileOf(haproxyReload, renderHaproxyReload(), { mode: "0755" }),
    // Connections outlive a reload; a restart would cut them.
    serviceOf("haproxy", { restart: haproxyReload }),
  ];
}

/**
 * Copies of the host's certificate and key for HAProxy.
 *
 * @param certificate path of the certificate's copy, in a folder of its own; the key's ends in `.key`
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
    // Root's alone: on the main server, it is also the key that administers the CA.
    copyOf(`${certificate}.key`, `${paths.ssldir}/private_keys/${fqdn}.pem`, {
      mode: "0600",
      notify,
    }),
  ];
}

/**
 * The system's HAProxy before a service of the same host, which ends the service's HTTPS.
 *
 * @param tls the files of TLS that its configuration names
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
