import type * as pulumi from "@pulumi/pulumi";
import type { Distribution } from "../../distributions/index.js";
import type { Host } from "../../hosts/host.js";
import { copyAs } from "../../hosts/as-user.js";
import {
  directoryOf,
  execOf,
  fileOf,
  packageOf,
  serviceOf,
  type HostState,
} from "../../hosts/host-state.js";
import { startsAgain } from "../../hosts/starts-again.js";
import { jdbcSubname, type Address } from "../../templates/postgresql/postgresql.js";
import {
  puppetdbPort,
  renderAllowlist,
  renderAuthConf,
  renderAwait,
  renderDismissServers,
  renderDatabaseIni,
  renderJettyIni,
  renderPuppetdbIni,
} from "../../templates/puppetdb/puppetdb.js";
import type { CertificateFiles } from "../certificates/files.js";
import { refreshScript, revocationListScript } from "../certificates/revocation-list.js";
import type { PuppetDbDatabase } from "../postgresql/args.js";
import type { Retention } from "./args.js";
import { crlRefresh, filesOf } from "./files.js";
import type { PuppetDbSizing } from "./sizing.js";

const awaitScript = "/usr/local/sbin/puppetdb-await";

/** Seconds that PuppetDB may take to start; it may have to migrate a large database. */
const startDeadline = 900;

/** Arguments of {@link puppetdbState}. */
export interface PuppetDbStateArgs extends Required<Retention> {
  host: Host;
  distribution: Distribution;
  certificates: CertificateFiles;
  caServer: string;
  servers: readonly string[];
  serversStay: boolean;
  sizing: PuppetDbSizing;
  database: PuppetDbDatabase;
  address: pulumi.Output<Address>;
}

/** Host state of PuppetDB, from its packages to the running service. The host already has its certificate. */
export function puppetdbState(args: PuppetDbStateArgs): HostState {
  const { host, distribution, certificates, caServer, sizing } = args;
  const { packages, paths, users, services } = distribution;
  const confdir = paths.puppetdbConfdir;
  const notify = `Service[${services.puppetdb}]`;
  const { ssldir, crlFolder, crl, loaded, allowlist, servers } = filesOf(distribution);
  const readableByPuppetdb = { group: users.puppetdb, mode: "0640", notify };
  const javaArgs = `JAVA_ARGS="-Xms${String(sizing.heap)}m -Xmx${String(sizing.heap)}m"`;
  // Including PuppetDB's own host, whose HAProxy forwards the readers' queries.
  const clients = [...new Set([...args.servers, host.fqdn])].sort();
  return [
    ...packages.puppetdb.map(packageOf),
    directoryOf(ssldir, { group: users.puppetdb, mode: "0750" }),
    ...copyAs(
      certificates.owner,
      `${ssldir}/private.pem`,
      certificates.privateKey,
      readableByPuppetdb,
    ),
    ...copyAs(
      certificates.owner,
      `${ssldir}/public.pem`,
      certificates.certificate,
      readableByPuppetdb,
    ),
    ...copyAs(certificates.owner, `${ssldir}/ca.pem`, certificates.ca, readableByPuppetdb),
    directoryOf(crlFolder, { owner: users.puppetdb, group: users.puppetdb }),
    ...revocationListScript({ name: crlRefresh, list: crl, caFile: `${ssldir}/ca.pem`, caServer }),
    // PuppetDB would not start without the CRL.
    execOf(
      "fetch the revocation list for PuppetDB",
      [
        "sh",
        "-c",
        `umask 077; runuser --user ${users.puppetdb} -- ${refreshScript(crlRefresh)} && runuser --user ${users.puppetdb} -- cat ${crl} >${loaded}.new && mv ${loaded}.new ${loaded}`,
      ],
      { creates: loaded },
    ),
    fileOf(
      `${confdir}/conf.d/jetty.ini`,
      renderJettyIni({ confdir, ssldir, crl, port: puppetdbPort }),
      { notify },
    ),
    fileOf(`${confdir}/conf.d/database.ini`, databaseIni(args), {
      ...readableByPuppetdb,
      sensitive: true,
    }),
    fileOf(
      `${confdir}/conf.d/puppetdb.ini`,
      renderPuppetdbIni({ allowlist, threads: sizing.threads }),
      { notify },
    ),
    ...(args.serversStay
      ? [
          fileOf(servers, renderAllowlist(clients)),
          execOf("PuppetDB accepts its Puppet servers", ["sh", "-c", accept(servers, allowlist)], {
            unless: `sh -c 'test -e ${allowlist} && ! grep -qvxFf ${allowlist} ${servers}'`,
            replaces: [allowlist],
            notify,
          }),
        ]
      : [fileOf(allowlist, renderAllowlist(clients), { notify })]),
    fileOf(`${confdir}/conf.d/auth.conf`, renderAuthConf({ servers: clients }), { notify }),
    execOf(
      "JAVA_ARGS of PuppetDB",
      ["sed", "-i", `s|^JAVA_ARGS=.*|${javaArgs}|`, paths.puppetdbDefaults],
      {
        unless: `grep -qxF '${javaArgs}' ${paths.puppetdbDefaults}`,
        replaces: [paths.puppetdbDefaults],
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
        user: users.puppetdb,
        deadline: startDeadline,
      }),
      { mode: "0755" },
    ),
    // For everything else a reload is enough, and ten times as fast.
    execOf(
      "restart PuppetDB for its JVM",
      [
        "sh",
        "-c",
        `systemctl is-active --quiet ${services.puppetdb} || exit 0; systemctl --no-block restart ${services.puppetdb}; ${awaitScript}`,
      ],
      { refreshonly: true, timeout: startDeadline + 60 },
    ),
    ...startsAgain(services.puppetdb),
    serviceOf(services.puppetdb, {
      restart: `systemctl reload ${services.puppetdb}`,
      ports: [puppetdbPort],
    }),
    execOf("PuppetDB serves", awaitScript, {
      unless: `${awaitScript} 0`,
      timeout: startDeadline + 60,
    }),
  ];
}

/** Adds names to the allowlist, and takes none away. */
const accept = (servers: string, allowlist: string) =>
  `touch ${allowlist} && sort -u ${allowlist} ${servers} >${allowlist}.new && mv ${allowlist}.new ${allowlist}`;

/**
 * The script that has PuppetDB accept no other servers than those in its host state any more, for its host; to be run as
 * root.
 */
export function dismissServers(distribution: Distribution): string {
  const { allowlist, servers } = filesOf(distribution);
  return renderDismissServers({
    ...{ allowlist, servers, awaitScript },
    service: distribution.services.puppetdb,
  });
}

function databaseIni(args: PuppetDbStateArgs): pulumi.Output<string> {
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
