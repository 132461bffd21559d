import { dirname } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { copyAs } from "../../hosts/as-user.js";
import {
  absenceOf,
  directoryOf,
  execOf,
  fileOf,
  serviceOf,
  unitOf,
  type HostState,
} from "../../hosts/host-state.js";
import { mountsOf } from "../../hosts/mounts.js";
import { codeDataFolder } from "../../templates/code-deployment/code-deployment.js";
import {
  hdmCertificateFile,
  hdmFiles,
  hdmFolder,
  hdmDatabaseFolder,
  hdmTlsPort,
  renderAdministratorEnvironment,
  renderHdmAdministrator,
  renderHdmAwait,
  renderHdmDatabase,
  renderHdmEnvironment,
  renderHdmProxy,
  renderHdmService,
} from "../../templates/hdm/hdm.js";
import type { WithDistribution } from "../arguments.js";
import { agentCertificate } from "../certificates/files.js";
import { hostCertificateState } from "../certificates/state.js";
import { copiedEnvironments } from "../code-deployment/copy-state.js";
import { certificateCopies, haproxyNotify, localHaproxy } from "../haproxy/state.js";
import type { HdmArgs } from "./args.js";
import { hdmConf } from "./conf.js";

const administratorScript = "/usr/local/sbin/hdm-administrator";
const awaitScript = "/usr/local/sbin/hdm-await";
const service = "hdm.service";

/** The services of HDM's host, in the order in which they stop: first the one that accepts connections. */
export const hdmServices = ["haproxy", service];

/** Seconds that HDM may take to start; it builds its style sheets and scripts at each start. */
const startDeadline = 600;

/** Host state of HDM, from its host's certificate to the open port. The host has the image and the code already. */
export function hdmState(
  args: WithDistribution<HdmArgs>,
  secrets: { adminPassword: pulumi.Output<string>; secretKeyBase: pulumi.Output<string> },
): HostState {
  const { image } = args;
  const notify = `Service[${service}]`;
  const secretFile = { mode: "0600", sensitive: true, notify };
  const container = { image, volumes: volumesOf(args) };
  return [
    ...hostCertificateState(args),
    directoryOf(hdmFolder, { mode: "0700" }),
    ...mountsOf([hdmDatabaseFolder]),
    directoryOf(hdmDatabaseFolder, { mode: "0700" }),
    ...tlsFiles(args),
    fileOf(`${hdmFolder}/hdm.yml`, hdmConf(args), secretFile),
    fileOf(`${hdmFolder}/database.yml`, renderHdmDatabase(), { mode: "0600", notify }),
    fileOf(
      `${hdmFolder}/hdm.env`,
      secrets.secretKeyBase.apply((secretKeyBase) => renderHdmEnvironment({ secretKeyBase })),
      secretFile,
    ),
    fileOf(
      `${hdmFolder}/administrator.env`,
      secrets.adminPassword.apply((password) => renderAdministratorEnvironment({ password })),
      { mode: "0600", sensitive: true },
    ),
    fileOf(administratorScript, renderHdmAdministrator(container), { mode: "0755" }),
    ...unitOf(service, renderHdmService({ ...container, administratorScript }), { notify }),
    // Starting the service creates the administrator.
    serviceOf(service),
    fileOf(awaitScript, renderHdmAwait({ deadline: startDeadline }), { mode: "0755" }),
    execOf("HDM serves", awaitScript, {
      unless: `${awaitScript} 0`,
      timeout: startDeadline + 60,
    }),
    ...proxyState(args),
  ];
}

/** The certificate that HDM presents to PuppetDB, and the CAs of PuppetDB and of the LDAP server. */
function tlsFiles({ host, distribution, ldap }: WithDistribution<HdmArgs>): HostState {
  const { owner, certificate, privateKey, ca } = agentCertificate(distribution, host.fqdn);
  const notify = `Service[${service}]`;
  return [
    directoryOf(`${hdmFolder}/tls`, { mode: "0700" }),
    ...copyAs(owner, hdmFiles.key, privateKey, { mode: "0600", notify }),
    ...copyAs(owner, hdmFiles.certificate, certificate, { notify }),
    ...copyAs(owner, hdmFiles.ca, ca, { notify }),
    ldap?.caCertificate === undefined
      ? absenceOf(hdmFiles.ldapCa)
      : fileOf(hdmFiles.ldapCa, ldap.caCertificate, { notify }),
  ];
}

/** HAProxy in front of HDM; it comes last, because it opens the port. */
function proxyState(args: WithDistribution<HdmArgs>): HostState {
  return localHaproxy(
    certificateState(hdmCertificateFile, args),
    renderHdmProxy({ certificate: hdmCertificateFile, ipv6: args.host.ipv6 ?? false }),
    hdmTlsPort,
  );
}

/** The certificate of HDM's HTTPS, and its key: the given ones, or else the host's. */
function certificateState(
  path: string,
  { host, distribution, certificate, privateKey }: WithDistribution<HdmArgs>,
): HostState {
  if (certificate === undefined || privateKey === undefined) {
    return certificateCopies(path, agentCertificate(distribution, host.fqdn));
  }
  const notify = haproxyNotify;
  return [
    directoryOf(dirname(path), { mode: "0700" }),
    fileOf(path, certificate, { notify }),
    fileOf(`${path}.key`, pulumi.secret(privateKey), { mode: "0600", notify, sensitive: true }),
  ];
}

/** What HDM sees of the host. */
const volumesOf = ({ distribution }: WithDistribution<HdmArgs>) => [
  { from: `${hdmFolder}/hdm.yml`, to: "/hdm/config/hdm.yml" },
  { from: `${hdmFolder}/database.yml`, to: "/hdm/config/database.yml" },
  { from: `${hdmFolder}/tls` },
  { from: codeDataFolder },
  // Hiera data may refer to this path, as on Puppet servers.
  { from: copiedEnvironments, to: `${distribution.paths.codedir}/environments` },
  { from: hdmDatabaseFolder, readOnly: false },
];
