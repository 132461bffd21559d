import type * as pulumi from "@pulumi/pulumi";
import type { Distribution } from "../../distributions/index.js";
import type { Host } from "../../hosts/host.js";
import {
  copyOf,
  directoryOf,
  execOf,
  fileOf,
  packageOf,
  serviceOf,
  type HostState,
} from "../../hosts/host-state.js";
import { renderHaproxyReload, renderReadersConf } from "../../templates/haproxy/haproxy.js";
import { jdbcSubname, type Address } from "../../templates/postgresql/postgresql.js";
import {
  puppetdbPort,
  readerPort,
  readerSuffix,
  renderAllowlist,
  renderAuthConf,
  renderAwait,
  renderCrlApply,
  renderDatabaseIni,
  renderJettyIni,
  renderPuppetdbIni,
} from "../../templates/puppetdb/puppetdb.js";
import type { DatabaseState } from "../postgresql/state.js";
import type { PuppetDbSizing } from "./sizing.js";
import type { Retention } from "./puppetdb.js";
import {
  refreshScript,
  revocationListScript,
  revocationListTimer,
} from "../certificates/revocation-list.js";

/** Name of the script and units that fetch the revocation list. */
const crlRefresh = "puppetdb-crl-refresh";
const crlApply = "/usr/local/sbin/puppetdb-crl-apply";
const awaitScript = "/usr/local/sbin/puppetdb-await";
const haproxyReload = "/usr/local/sbin/haproxy-reload";

/** Seconds until PuppetDB serves; it may have a large database to migrate. */
const startDeadline = 900;

/** What PuppetDB's own state is made from. */
export interface PuppetDbState extends Required<Retention> {
  host: Host;
  distribution: Distribution;
  caServer: string;
  servers: readonly string[];
  sizing: PuppetDbSizing;
  database: DatabaseState;
  address: pulumi.Output<Address>;
}

/** PuppetDB, from its packages to the moment it serves. The host has its certificate already. */
export function puppetdbState(args: PuppetDbState): HostState {
  const { host, distribution, caServer, sizing } = args;
  const { packages, paths, users, services } = distribution;
  const confdir = paths.puppetdbConfdir;
  const notify = `Service[${services.puppetdb}]`;
  const { ssldir, crlFolder, crl, loaded, allowlist } = filesOf(distribution);
  const forPuppetdb = { group: users.puppetdb, mode: "0640", notify };
  const javaArgs = `JAVA_ARGS="-Xms${String(sizing.heap)}m -Xmx${String(sizing.heap)}m"`;
  // Itself as well: the readers' questions come from here.
  const known = [...new Set([...args.servers, host.fqdn])].sort();
  return [
    ...packages.puppetdb.map(packageOf),
    directoryOf(ssldir, { group: users.puppetdb, mode: "0750" }),
    copyOf(`${ssldir}/private.pem`, privateKeyOf(host, distribution), forPuppetdb),
    copyOf(`${ssldir}/public.pem`, certificateOf(host, distribution), forPuppetdb),
    copyOf(`${ssldir}/ca.pem`, `${paths.ssldir}/certs/ca.pem`, forPuppetdb),
    directoryOf(crlFolder, { owner: users.puppetdb, group: users.puppetdb }),
    ...revocationListScript({ name: crlRefresh, list: crl, caFile: `${ssldir}/ca.pem`, caServer }),
    // Without the list PuppetDB would not start.
    execOf(
      "fetch the revocation list for PuppetDB",
      [
        "sh",
        "-c",
        `runuser --user ${users.puppetdb} -- ${refreshScript(crlRefresh)} && install -m 0600 ${crl} ${loaded}`,
      ],
      { creates: loaded },
    ),
    fileOf(
      `${confdir}/conf.d/jetty.ini`,
      renderJettyIni({ confdir, ssldir, crl, port: puppetdbPort }),
      { notify },
    ),
    fileOf(`${confdir}/conf.d/database.ini`, databaseIni(args), {
      ...forPuppetdb,
      sensitive: true,
    }),
    fileOf(
      `${confdir}/conf.d/puppetdb.ini`,
      renderPuppetdbIni({ allowlist, threads: sizing.threads }),
      { notify },
    ),
    fileOf(allowlist, renderAllowlist(known), { notify }),
    fileOf(`${confdir}/conf.d/auth.conf`, renderAuthConf({ servers: known }), { notify }),
    execOf(
      "JAVA_ARGS of PuppetDB",
      ["sed", "-i", `s|^JAVA_ARGS=.*|${javaArgs}|`, paths.puppetdbDefaults],
      {
        unless: `grep -qxF '${javaArgs}' ${paths.puppetdbDefaults}`,
        notify: "Exec[restart PuppetDB for its JVM]",
      },
    ),
    fileOf(
      awaitScript,
      renderAwait({
        fqdn: host.fqdn,
        ssldir,
        port: puppetdbPort,
        service: services.puppetdb,
        log: `${paths.puppetdbLogdir}/puppetdb.log`,
        deadline: startDeadline,
      }),
      { mode: "0755" },
    ),
    // All else takes a reload, which is ten times as fast.
    execOf(
      "restart PuppetDB for its JVM",
      [
        "sh",
        "-c",
        `systemctl is-active --quiet ${services.puppetdb} || exit 0; systemctl --no-block restart ${services.puppetdb}; ${awaitScript}`,
      ],
      { refreshonly: true, timeout: startDeadline + 60 },
    ),
    serviceOf(services.puppetdb, { restart: `systemctl reload ${services.puppetdb}` }),
    execOf("PuppetDB serves", awaitScript, {
      unless: `${awaitScript} 0`,
      timeout: startDeadline + 60,
    }),
  ];
}

/** The door for readers, and what makes both it and PuppetDB refuse what the CA has revoked. */
export function readersState(
  host: Host,
  distribution: Distribution,
  readers: readonly string[],
): HostState {
  const { paths, users, services } = distribution;
  const { crl, loaded } = filesOf(distribution);
  const notify = "Service[haproxy]";
  const folder = "/etc/haproxy/puppetdb";
  const certificate = `${folder}/host.pem`;
  const caFile = `${folder}/ca.pem`;
  return [
    packageOf("haproxy"),
    packageOf("socat"),
    directoryOf(folder, { mode: "0700" }),
    copyOf(certificate, certificateOf(host, distribution), { notify }),
    copyOf(`${certificate}.key`, privateKeyOf(host, distribution), { mode: "0600", notify }),
    copyOf(caFile, `${paths.ssldir}/certs/ca.pem`, { notify }),
    fileOf(
      "/etc/haproxy/haproxy.cfg",
      renderReadersConf({
        fqdn: host.fqdn,
        port: readerPort,
        puppetdbPort,
        certificate,
        caFile,
        crlFile: crl,
        suffix: readerSuffix,
        readers,
      }),
      { validate_cmd: "/usr/sbin/haproxy -c -f %", notify },
    ),
    fileOf(haproxyReload, renderHaproxyReload(), { mode: "0755" }),
    serviceOf("haproxy", { restart: haproxyReload }),
    fileOf(crlApply, renderCrlApply({ crl, loaded, service: services.puppetdb, haproxyReload }), {
      mode: "0755",
    }),
    ...revocationListTimer({ name: crlRefresh, user: users.puppetdb, apply: crlApply }),
  ];
}

/** PuppetDB's own files, beside those of its package. */
function filesOf({ paths }: Distribution) {
  const ssldir = `${paths.puppetdbConfdir}/ssl`;
  const crlFolder = `${ssldir}/crl`;
  return {
    ssldir,
    crlFolder,
    crl: `${crlFolder}/crl.pem`,
    /** The list that was loaded last. */
    loaded: `${ssldir}/loaded-crl.pem`,
    allowlist: `${paths.puppetdbConfdir}/certificate-allowlist`,
  };
}

const certificateOf = (host: Host, { paths }: Distribution) =>
  `${paths.ssldir}/certs/${host.fqdn}.pem`;
const privateKeyOf = (host: Host, { paths }: Distribution) =>
  `${paths.ssldir}/private_keys/${host.fqdn}.pem`;

function databaseIni(args: PuppetDbState): pulumi.Output<string> {
  const { database, address, sizing } = args;
  return database.passwords.apply((passwords) =>
    address.apply((address) =>
      renderDatabaseIni({
        ...args,
        ...database.roles,
        ...passwords,
        ...sizing,
        subname: jdbcSubname(address, database.roles.database),
      }),
    ),
  );
}
