import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "js-yaml";
import { classifierScript } from "../../../templates/foreman/foreman.js";
import {
  reportsFolder,
  reportsFolders,
  reportsLibrary,
  reportsLibraryFiles,
  reportsProgram,
  reportsSettingsFile,
  renderReportProcessor,
} from "../../../templates/reports/reports.js";
import { distributions } from "../../../distributions/index.js";
import { Authority } from "../foreman/certificates.js";
import {
  controlCommand,
  serviceFiles,
  type ReceivedByService,
  type ServiceConfig,
} from "../foreman/foreman-service.js";
import { compose, contentOf } from "../infrastructure.js";
import { inParsers } from "./parsers.js";

export const foreman = "foreman.example.test";
export const server = "compiler1.example.test";
export const password = "the-password-of-admin";
const [port, controlPort] = [4443, 4480];
export const url = `https://${foreman}:${String(port)}`;
const settingsFile = "/etc/puppet-foreman/settings.json";
export const facts = "/var/lib/puppetserver/server_data/facts";
export const home = "/var/lib/puppet-foreman";

/** Output of a command in the parsers' container, which must succeed. */
export async function done(command: readonly string[], stdin = ""): Promise<string> {
  const { code, stdout, stderr } = await inParsers(command, stdin);
  if (code !== 0) throw new Error(`${command.join(" ")}: ${stderr}`);
  return stdout;
}
export const shell = (command: string) => done(["sh", "-ec", command]);
export const install = (path: string, content: string, mode = "0644") =>
  done(["install", "-D", "-m", mode, "/dev/stdin", path], content);

/** Milliseconds until another test file is done with what {@link installForeman} puts there. */
export const installDeadline = 600_000;
const taken = "/run/foreman-taken";

/**
 * Puts the service, a Puppet server's files and their certificates where the parsers are, for one test file at a time:
 * {@link leaveForeman} lets the next one in.
 */
export async function installForeman(): Promise<void> {
  await shell(`until mkdir ${taken} 2>/dev/null; do sleep 1; done`);
  const folder = mkdtempSync(join(tmpdir(), "foreman-"));
  const authority = new Authority(folder);
  authority.sign(foreman, [`DNS:${foreman}`]);
  authority.sign(server, [`DNS:${server}`, "DNS:puppet"]);
  const text = (name: string) => readFileSync(authority.path(name), "utf8");
  const { ssldir } = distributions.debian.paths;
  const files: Record<string, string> = {
    [`${ssldir}/certs/ca.pem`]: text("ca.pem"),
    [`${ssldir}/certs/${server}.pem`]: text(`${server}.pem`),
    [`${ssldir}/private_keys/${server}.pem`]: text(`${server}.key`),
    "/etc/foreman-service/host.pem": text(`${foreman}.pem`),
    "/etc/foreman-service/host.key": text(`${foreman}.key`),
  };
  rmSync(folder, { recursive: true });
  const config: ServiceConfig = {
    ...{ address: "127.0.0.1", port, controlPort, user: "admin", password },
    ...{ certificate: "/etc/foreman-service/host.pem", key: "/etc/foreman-service/host.key" },
    ca: `${ssldir}/certs/ca.pem`,
  };
  files["/etc/foreman-service/config.json"] = JSON.stringify(config);
  for (const [name, content] of Object.entries(serviceFiles()))
    files[`/opt/foreman-service/${name}`] = content;

  const composed = await compose(distributions.debian, {
    foreman: { url, password, timeout: 2 },
  });
  const compiler = composed.state("compiler1");
  for (const path of [
    ...[settingsFile, "/usr/local/lib/puppet-foreman/puppet_foreman.rb", reportsSettingsFile],
    ...Object.keys(reportsLibraryFiles()).map((name) => `${reportsLibrary}/${name}`),
  ])
    files[path] = contentOf(compiler, path);
  // A run of Puppet has no PuppetDB here.
  files["/var/lib/puppetserver/lib/puppet/reports/spooled.rb"] = renderReportProcessor({
    puppetdb: false,
    foreman: true,
  });
  for (const [path, content] of Object.entries(files)) await install(path, content);
  for (const path of [classifierScript, reportsProgram])
    await install(path, contentOf(compiler, path), "0755");
  await shell(
    `grep -q ${foreman} /etc/hosts || echo "127.0.0.1 ${foreman}" >>/etc/hosts; mkdir -p ${facts}`,
  );
  await emptySpool();
}

/** Empties the Puppet server's spool of reports. */
export const emptySpool = () =>
  shell(
    `rm -rf ${reportsFolder}; mkdir -p ${reportsFolders.map((folder) => `${reportsFolder}/${folder}`).join(" ")}`,
  );

/** Frees it for the next test file. */
export async function leaveForeman(): Promise<void> {
  await stopService();
  await shell(`rmdir ${taken}`);
}

/** Changes the Puppet server's settings for Foreman. */
export async function setUse(changes: Record<string, unknown>): Promise<void> {
  const settings = JSON.parse(await done(["cat", settingsFile])) as object;
  await install(settingsFile, JSON.stringify({ ...settings, ...changes }));
}

export const startService = async () => {
  await shell(
    "systemctl is-active --quiet foreman-service || systemd-run --quiet --unit foreman-service python3 -B /opt/foreman-service /etc/foreman-service/config.json",
  );
  // Nothing says when it is ready, so poll a port.
  await shell(
    `for i in $(seq 100); do if python3 -c 'import socket; socket.create_connection(("127.0.0.1", ${String(controlPort)}))' 2>/dev/null; then exit 0; fi; sleep 0.1; done; exit 1`,
  );
};
export const stopService = () =>
  shell("systemctl stop foreman-service; systemctl reset-failed foreman-service 2>/dev/null || :");

export const control = (method: string, path: string, body: unknown = {}) =>
  done(controlCommand(controlPort, method, path, body));
export const received = async () =>
  JSON.parse(await control("GET", "/received")) as ReceivedByService;

/** A request to Foreman's API for the servers that it trusts. */
const trustedHosts = (...words: readonly string[]) => [
  ...["curl", "--silent", "--show-error", "--fail", "--user", `admin:${password}`],
  ...["--cacert", `${distributions.debian.paths.ssldir}/certs/ca.pem`, ...words],
  `${url}/api/settings/trusted_hosts`,
];

/** Has Foreman trust servers, through its API. */
export const trust = (names: readonly string[]) =>
  done(
    trustedHosts("--request", "PUT", "--header", "Content-Type: application/json", "--data", "@-"),
    JSON.stringify({ setting: { value: names } }),
  );

/** The servers that Foreman trusts. */
export const trusted = async () =>
  (JSON.parse(await done(trustedHosts())) as { value: string[] }).value;

/** A node and its classification. */
export async function classify(node: string, variables: readonly string[] = []) {
  const began = Date.now();
  const { code, stdout, stderr } = await inParsers(["env", ...variables, classifierScript, node]);
  const answer = code === 0 ? (load(stdout) as Record<string, unknown>) : undefined;
  return { code, answer, said: stderr.trim(), seconds: (Date.now() - began) / 1000 };
}
