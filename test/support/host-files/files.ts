import {
  authorizationRules,
  authorizationScript,
} from "../../../components/puppet-server/authorization.js";
import {
  distributions,
  type Distribution,
  type DistributionName,
} from "../../../distributions/index.js";
import { renderConvergeScript } from "../../../hosts/host-configuration.js";
import { renderSignReader } from "../../../templates/puppetdb/puppetdb.js";
import { removeCertificate } from "../../../templates/autosign/autosign.js";
import { compose, contentOf, csrAttributesIn, resourceOf, type State } from "../infrastructure.js";

/** Files by their names in tests. */
export type Files = Readonly<Record<string, string>>;

/** The names of all distributions. */
export const distributionNames = Object.keys(distributions) as DistributionName[];

/** Folder of what PostgreSQL reads. */
const postgresqlFolder = "/etc/postgresql-common/puppetdb";

/** A file that must exist. */
export function fileOf(files: Files, name: string): string {
  const content = files[name];
  if (content === undefined) throw new Error(`${name} was not rendered`);
  return content;
}

/** What is rendered differently for each distribution, as its components send it to the hosts. */
export async function filesOf(name: DistributionName): Promise<Files> {
  const distribution = distributions[name];
  const { paths, services } = distribution;
  const composed = await compose(distribution);
  const main = composed.state("main");
  const compiler = composed.state("compiler1");
  const puppetdb = composed.state("puppetdb");
  return {
    "main/puppet.conf": contentOf(main, `${paths.confdir}/puppet.conf`),
    "main/sed-java-args": javaArgsCommand(main, services.server),
    "main/authorization.conf": contentOf(main, authorizationRules),
    "compiler/authorization.conf": contentOf(compiler, authorizationRules),
    "authorization.sh": contentOf(main, authorizationScript),
    "compiler/puppet.conf": contentOf(compiler, `${paths.confdir}/puppet.conf`),
    ...filesIn(compiler, "compiler", "/usr/local/sbin", ["puppet-certificate"]),
    ...filesIn(main, "main", "/usr/local/sbin", ["puppet-main-certificate"]),
    "compiler/csr_attributes.yaml": csrAttributesIn(composed.script("compiler1")),
    "compiler/puppet-crl-refresh": contentOf(compiler, "/usr/local/sbin/puppet-crl-refresh"),
    ...filesIn(compiler, "compiler", "/usr/local/sbin", ["puppet-revoked-connections"]),
    ...filesIn(puppetdb, "puppetdb", `${paths.puppetdbConfdir}/conf.d`, [
      "jetty.ini",
      "puppetdb.ini",
    ]),
    ...filesIn(puppetdb, "puppetdb", "/etc/haproxy", ["haproxy.cfg"]),
    ...filesIn(puppetdb, "puppetdb", "/usr/local/sbin", [
      "puppetdb-await",
      "puppetdb-crl-apply",
      "puppetdb-crl-refresh",
    ]),
    "puppetdb/sed-java-args": javaArgsCommand(puppetdb, "PuppetDB"),
    "sign-reader.sh": signReader(distribution),
    "agent/install.sh": composed.agentInstall,
    "converge.sh": convergeScript(distribution),
  };
}

/** What is the same for every distribution. */
export async function sharedFiles(): Promise<Files> {
  const distribution = distributions.debian;
  const { paths } = distribution;
  const one = await compose(distribution, { compilers: ["compiler1"] });
  const three = await compose(distribution, { compilers: ["compiler1", "compiler2", "web-7"] });
  const main = three.state("main");
  const compiler = three.state("compiler1");
  const haproxyConf = "/etc/haproxy/haproxy.cfg";
  const units = "/etc/systemd/system";
  const connectionUnits = [
    "puppet-connection-limits.service",
    "puppet-revoked-connections.service",
  ];
  const limits = "/etc/puppet-connection-limits.nft";
  const crlUnits = ["puppet-crl-refresh.service", "puppet-crl-refresh.timer"];
  return {
    "main/ca.cfg": contentOf(main, `${paths.serverServicesdir}/ca.cfg`),
    "main/ca.conf": contentOf(main, `${paths.serverConfdir}/ca.conf`),
    "main/sizing.conf": contentOf(main, `${paths.serverConfdir}/sizing.conf`),
    "main/locale.conf": contentOf(main, `${units}/puppetserver.service.d/locale.conf`),
    "main/http-client.conf": contentOf(main, `${paths.serverConfdir}/http-client.conf`),
    ...filesIn(main, "main", paths.confdir, ["puppetdb.conf", "routes.yaml"]),
    "main/site.pp": contentOf(main, "/usr/local/share/puppet-site.pp"),
    "compiler/sizing.conf": contentOf(compiler, `${paths.serverConfdir}/sizing.conf`),
    "compiler/restart.conf": contentOf(compiler, `${units}/puppetserver.service.d/restart.conf`),
    ...filesIn(compiler, "compiler", "/usr/local/sbin", ["puppet-crl-tell"]),
    "compiler/ca.cfg": contentOf(compiler, `${paths.serverServicesdir}/ca.cfg`),
    ...filesIn(compiler, "compiler", units, [...crlUnits, ...connectionUnits]),
    "main/connection-limits.nft": contentOf(main, limits),
    "compiler/connection-limits.nft": contentOf(compiler, limits),
    "balancer/haproxy-1.cfg": contentOf(one.state("balancer"), haproxyConf),
    "balancer/haproxy-3.cfg": contentOf(three.state("balancer"), haproxyConf),
    ...filesIn(three.state("balancer"), "balancer", "/usr/local/sbin", [
      "haproxy-reload",
      "haproxy-crl-take",
    ]),
    ...filesIn(three.state("balancer"), "balancer", "/etc/haproxy", ["puppet-frozen.lua"]),
    "balancer/pool-serves.sh": verificationOf(three, "puppet-pool-serves"),
    "balancer/drained.sh": verificationOf(three, "balancer-drained"),
    "puppetdb/former-compilers.sh": verificationOf(three, "puppetdb-former-compilers"),
    "main/puppetdb-serves.sh": verificationOf(three, "puppet-puppetdb-serves"),
    ...puppetdbFiles(three.state("puppetdb"), distribution),
    ...(await externalFiles(distribution)),
  };
}

/** A script at the end of a deployment, without the last line that says which configurations it follows. */
const verificationOf = (composed: Awaited<ReturnType<typeof compose>>, name: string) =>
  String(composed.find(name).inputs.stdin).replace(/# [A-Za-z ]*:? ?[0-9a-f ]+\n$/, "");

/** What PuppetDB's host has on every distribution. */
function puppetdbFiles(state: State, { paths }: Distribution): Files {
  const ofPostgresql = ["postgresql.conf", "pg_hba.conf", "pg_service.conf", "database.sql"];
  const units = ["puppetdb-crl-refresh", "puppetdb-backup"].flatMap((unit) => [
    `${unit}.service`,
    `${unit}.timer`,
  ]);
  return {
    ...filesIn(state, "puppetdb", paths.confdir, ["puppet.conf"]),
    ...filesIn(state, "puppetdb", paths.puppetdbConfdir, ["servers"]),
    ...filesIn(state, "puppetdb", `${paths.puppetdbConfdir}/conf.d`, ["auth.conf", "database.ini"]),
    ...filesIn(state, "puppetdb", "/etc/systemd/system", units),
    ...filesIn(state, "puppetdb", "/usr/local/sbin", ["puppetdb-backup", "puppetdb-restore"]),
    ...filesIn(state, "postgresql", postgresqlFolder, ofPostgresql),
    "postgresql/restart.conf": contentOf(
      state,
      "/etc/systemd/system/postgresql@.service.d/puppetdb.conf",
    ),
  };
}

/** What differs with an external database. */
async function externalFiles(distribution: Distribution): Promise<Files> {
  const { state } = await compose(distribution, {
    puppetdb: { softWriteFailure: false, serverUrls: ["https://puppetdb2.example.test:8081"] },
    postgresql: {
      server: "db.example.org",
      port: 6432,
      database: "pdb",
      user: "pdb_owner",
      password: "the-owners-password",
      readUser: "pdb_reader",
      readPassword: "the_readers_password",
    },
  });
  const puppetdb = state("puppetdb");
  const { confdir, puppetdbConfdir } = distribution.paths;
  return {
    ...filesIn(puppetdb, "external", postgresqlFolder, ["pg_service.conf"]),
    ...filesIn(puppetdb, "external", "/usr/local/sbin", ["puppetdb-database-check"]),
    ...filesIn(puppetdb, "external", `${puppetdbConfdir}/conf.d`, ["database.ini"]),
    ...filesIn(state("main"), "external", confdir, ["puppetdb.conf"]),
  };
}

/** Files of one of a host's folders, as `LABEL/NAME`. */
const filesIn = (state: State, label: string, folder: string, names: readonly string[]): Files =>
  Object.fromEntries(
    names.map((name) => [`${label}/${name}`, contentOf(state, `${folder}/${name}`)]),
  );

/** The lines of a file without comments, blank lines and indentation. */
export const linesOf = (content: string) =>
  content
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));

/** With a state of little text: the real ones are the other files. */
function convergeScript(distribution: Distribution): string {
  return renderConvergeScript("main-configuration", "main.example.test", distribution, [
    { type: "file", title: "/etc/motd", parameters: { content: "first\nSTATE\n'%{x}' ü\n" } },
  ]);
}

function signReader(distribution: Distribution): string {
  const { paths, users } = distribution;
  const certname = "ada.puppetdb-reader";
  return renderSignReader({
    certname,
    request: "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n",
    cadir: paths.cadir,
    user: users.puppet,
    remove: removeCertificate(certname),
    days: 365,
  });
}

function javaArgsCommand(state: State, service: string): string {
  const { command, unless } = resourceOf(state, `JAVA_ARGS of ${service}`).parameters;
  return `${(command as readonly string[]).join("\n")}\n\nunless ${String(unless)}\n`;
}
