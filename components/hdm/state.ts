import { dirname } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import {
  absenceOf,
  copyOf,
  directoryOf,
  execOf,
  fileOf,
  packageOf,
  serviceOf,
  unitOf,
  type HostState,
} from "../../hosts/host-state.js";
import { mountsOf } from "../../hosts/mounts.js";
import { codeDataFolder } from "../../templates/code-deployment/code-deployment.js";
import { renderHaproxyReload } from "../../templates/haproxy/haproxy.js";
import {
  hdmCertificateFile,
  hdmFiles,
  hdmFolder,
  hdmDatabaseFolder,
  ldapPort,
  renderAdministratorEnvironment,
  renderHdmAdministrator,
  renderHdmAwait,
  renderHdmConf,
  renderHdmDatabase,
  renderHdmEnvironment,
  renderHdmImage,
  renderHdmProxy,
  renderHdmService,
  type HdmLdap,
} from "../../templates/hdm/hdm.js";
import { renderPuppetConf } from "../../templates/puppet/puppet.js";
import { withDefaults, type WithDistribution } from "../arguments.js";
import { copiedEnvironments } from "../code-deployment/state.js";
import { defaults } from "../defaults.js";
import type { HdmArgs, HdmImageArgs, HdmLdapArgs } from "./hdm.js";
import { certificateRequest } from "../certificates/host-certificate.js";

const imageScript = "/usr/local/sbin/hdm-image";
const administratorScript = "/usr/local/sbin/hdm-administrator";
const awaitScript = "/usr/local/sbin/hdm-await";
const haproxyReload = "/usr/local/sbin/haproxy-reload";
const service = "hdm.service";

/** The services of HDM's host: nobody gets in first. */
export const hdmServices = ["haproxy", service];

/** Seconds until HDM serves; it makes its style sheets and scripts at each start. */
const startDeadline = 600;
/** Seconds that the image may take. */
const imageDeadline = 1800;

/** HDM's image, and what runs it. */
export function hdmImageState({ image, imageArchive }: WithDistribution<HdmImageArgs>): HostState {
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

/** HDM, from its host's certificate to the moment its port opens. Its image and the code are there already. */
export function hdmState(
  args: WithDistribution<HdmArgs>,
  secrets: { adminPassword: pulumi.Output<string>; secretKeyBase: pulumi.Output<string> },
): HostState {
  const { host, distribution, caServer, image } = args;
  const notify = `Service[${service}]`;
  const secretFile = { mode: "0600", sensitive: true, notify };
  const container = { image, volumes: volumesOf(args) };
  return [
    fileOf(
      `${distribution.paths.confdir}/puppet.conf`,
      renderPuppetConf({ certname: host.fqdn, server: caServer, caServer, dnsAltNames: [] }),
    ),
    ...certificateRequest(args),
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
    // The administrator is made as it starts.
    serviceOf(service),
    fileOf(awaitScript, renderHdmAwait({ deadline: startDeadline }), { mode: "0755" }),
    execOf("HDM serves", awaitScript, {
      unless: `${awaitScript} 0`,
      timeout: startDeadline + 60,
    }),
    ...proxyState(args),
  ];
}

/** What HDM shows to PuppetDB, and what it knows others by. */
function tlsFiles({ host, distribution, ldap }: WithDistribution<HdmArgs>): HostState {
  const { ssldir } = distribution.paths;
  const notify = `Service[${service}]`;
  return [
    directoryOf(`${hdmFolder}/tls`, { mode: "0700" }),
    copyOf(hdmFiles.key, `${ssldir}/private_keys/${host.fqdn}.pem`, { mode: "0600", notify }),
    copyOf(hdmFiles.certificate, `${ssldir}/certs/${host.fqdn}.pem`, { notify }),
    copyOf(hdmFiles.ca, `${ssldir}/certs/ca.pem`, { notify }),
    ldap?.caCertificate === undefined
      ? absenceOf(hdmFiles.ldapCa)
      : fileOf(hdmFiles.ldapCa, ldap.caCertificate, { notify }),
  ];
}

/** HAProxy before it: the port opens last. */
function proxyState({ host, distribution, ...given }: WithDistribution<HdmArgs>): HostState {
  const { ssldir } = distribution.paths;
  const certificate = hdmCertificateFile;
  const notify = "Service[haproxy]";
  const key = { mode: "0600", notify };
  return [
    packageOf("haproxy"),
    packageOf("socat"),
    directoryOf(dirname(certificate), { mode: "0700" }),
    ...(given.certificate === undefined || given.privateKey === undefined
      ? [
          copyOf(certificate, `${ssldir}/certs/${host.fqdn}.pem`, { notify }),
          copyOf(`${certificate}.key`, `${ssldir}/private_keys/${host.fqdn}.pem`, key),
        ]
      : [
          fileOf(certificate, given.certificate, { notify }),
          fileOf(`${certificate}.key`, pulumi.secret(given.privateKey), {
            ...key,
            sensitive: true,
          }),
        ]),
    fileOf("/etc/haproxy/haproxy.cfg", renderHdmProxy({ certificate }), {
      validate_cmd: "/usr/sbin/haproxy -c -f %",
      notify,
    }),
    fileOf(haproxyReload, renderHaproxyReload(), { mode: "0755" }),
    serviceOf("haproxy", { restart: haproxyReload }),
  ];
}

/** What of the host HDM sees. */
const volumesOf = ({ distribution }: WithDistribution<HdmArgs>) => [
  { from: `${hdmFolder}/hdm.yml`, to: "/hdm/config/hdm.yml" },
  { from: `${hdmFolder}/database.yml`, to: "/hdm/config/database.yml" },
  { from: `${hdmFolder}/tls` },
  { from: codeDataFolder },
  // Where data has its path as on Puppet servers, too.
  { from: copiedEnvironments, to: `${distribution.paths.codedir}/environments` },
  { from: hdmDatabaseFolder, readOnly: false },
];

function hdmConf({
  queryUrl,
  distribution,
  ldap,
  saml,
}: WithDistribution<HdmArgs>): pulumi.Output<string> {
  return pulumi.output(ldap?.bindPassword).apply((bindPassword) =>
    renderHdmConf({
      puppetdbUrl: queryUrl,
      codedir: distribution.paths.codedir,
      ldap: ldap && ldapOf(ldap, bindPassword),
      saml,
    }),
  );
}

function ldapOf(args: HdmLdapArgs, bindPassword: string | undefined): HdmLdap {
  const given = withDefaults(args, defaults.hdm);
  return {
    ...given,
    bindPassword,
    port: ldapPort(given),
    caFile: given.caCertificate === undefined ? undefined : hdmFiles.ldapCa,
  };
}
