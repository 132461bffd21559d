import * as pulumi from "@pulumi/pulumi";
import { copyAs } from "../../hosts/as-user.js";
import {
  directoryOf,
  execOf,
  fileOf,
  packageOf,
  systemUserOf,
  type HostState,
} from "../../hosts/host-state.js";
import {
  answersFile,
  foremanHostFolder,
  foremanTls,
  installScript,
  renderAnswers,
  renderForemanCrlApply,
  renderInstall,
  repositoryScript,
  type ForemanDatabase,
} from "../../templates/foreman-server/foreman-server.js";
import { withDefaults, type WithDistribution } from "../arguments.js";
import { agentCertificate, type CertificateFiles } from "../certificates/files.js";
import {
  refreshScript,
  revocationListScript,
  revocationListTimer,
} from "../certificates/revocation-list.js";
import { hostCertificateState } from "../certificates/state.js";
import { defaults } from "../defaults.js";
import { keptDatabases } from "../postgresql/state.js";
import type { ForemanArgs, ForemanDatabaseArgs } from "./args.js";
import { foremanRepository } from "./repository.js";

/** Name of the script, the units and the user that fetch the CRL. */
const crlRefresh = "foreman-crl-refresh";
const crlUser = "foreman-crl";
const crlApply = "/usr/local/sbin/foreman-crl-apply";
/** Folder that this user may write to. */
const fetchedFolder = `${foremanHostFolder}/fetched`;
const fetched = `${fetchedFolder}/crl.pem`;
/** CA certificates that verify an existing PostgreSQL server's certificate, where the stack sets any. */
const databaseCaFile = `${foremanHostFolder}/database-ca.pem`;

/** Seconds that the installer may take: it fetches a thousand packages or more. */
const installDeadline = 2100;

/** Arguments of {@link foremanState}. */
export interface ForemanStateArgs extends Omit<WithDistribution<ForemanArgs>, "database"> {
  user: string;
  remedy: string;
  adminPassword: pulumi.Output<string>;
  oauth: { key: pulumi.Output<string>; secret: pulumi.Output<string> };
  /** Password of the database on the same host, or an existing database. */
  database: pulumi.Output<string> | ForemanDatabaseArgs;
}

/** Host state of Foreman, from its certificate to the running service. */
export function foremanState(args: ForemanStateArgs): HostState {
  const { host, distribution, caServer } = args;
  const files = agentCertificate(distribution, host.fqdn);
  const external = pulumi.Output.isInstance(args.database) ? undefined : args.database;
  return [
    ...hostCertificateState(args),
    ...tlsFiles(files),
    systemUserOf(crlUser),
    directoryOf(fetchedFolder, { owner: crlUser, group: crlUser }),
    ...revocationListScript({ name: crlRefresh, list: fetched, caFile: foremanTls.ca, caServer }),
    // Apache would not start without the CRL.
    execOf(
      "fetch the revocation list for Foreman",
      [
        "sh",
        "-c",
        `runuser --user ${crlUser} -- ${refreshScript(crlRefresh)} && runuser --user ${crlUser} -- cat ${fetched} >${foremanTls.crl}`,
      ],
      { creates: foremanTls.crl },
    ),
    ...foremanRepository(host.fqdn, args, args.remedy),
    // The database is created with this locale.
    packageOf("locales"),
    execOf(
      "locale of Foreman's database",
      ["localedef", "-i", "en_US", "-c", "-f", "UTF-8", "en_US.UTF-8"],
      { unless: "sh -c 'locale -a | grep -qix en_US.utf8'" },
    ),
    ...(external === undefined ? keptDatabases() : []),
    packageOf("foreman-installer"),
    ...(external?.caCertificate === undefined
      ? []
      : [fileOf(databaseCaFile, external.caCertificate)]),
    fileOf(answersFile, answersOf(args), { mode: "0600", sensitive: true }),
    fileOf(installScript, renderInstall(host), { mode: "0755" }),
    ...installed(),
    // The installer creates the group.
    ...copyAs(files.owner, foremanTls.clientKey, files.privateKey, {
      group: "foreman",
      mode: "0640",
    }),
    fileOf(crlApply, renderForemanCrlApply({ fetched, user: crlUser }), { mode: "0755" }),
    ...revocationListTimer({ name: crlRefresh, user: crlUser, apply: crlApply }),
  ];
}

/** TLS files for Apache and Foreman: Puppet's own are readable only for Puppet's group, which not every host has. */
function tlsFiles({ owner, certificate, privateKey, ca }: CertificateFiles): HostState {
  return [
    directoryOf(foremanHostFolder),
    directoryOf(`${foremanHostFolder}/tls`),
    ...copyAs(owner, foremanTls.ca, ca),
    ...copyAs(owner, foremanTls.certificate, certificate),
    ...copyAs(owner, foremanTls.key, privateKey, { mode: "0600" }),
  ];
}

/** Runs the installer whenever its input changes, and again after it failed. */
function installed(): HostState {
  const installedFile = `${foremanHostFolder}/installed`;
  const inputs = [answersFile, installScript, repositoryScript];
  return [
    execOf("Foreman's installer", ["sh", "-c", `${installScript} && touch ${installedFile}`], {
      unless: inputs.map((file) => `test ${installedFile} -nt ${file}`).join(" && "),
      timeout: installDeadline,
    }),
  ];
}

function answersOf(args: ForemanStateArgs): pulumi.Output<string> {
  const { host, user, adminPassword, oauth, database } = args;
  return pulumi
    .all([adminPassword, oauth.key, oauth.secret, databaseOf(database)])
    .apply(([password, key, secret, database]) =>
      renderAnswers({ fqdn: host.fqdn, user, password, oauth: { key, secret }, database }),
    );
}

function databaseOf(
  database: ForemanStateArgs["database"],
): pulumi.Output<string | ForemanDatabase> {
  if (pulumi.Output.isInstance(database)) return database;
  const databaseWithDefaults = withDefaults(database, defaults.foremanDatabase);
  const caFile =
    database.caCertificate === undefined ? "/etc/ssl/certs/ca-certificates.crt" : databaseCaFile;
  return pulumi
    .secret(database.password)
    .apply((password) => ({ ...databaseWithDefaults, password, caFile }));
}
