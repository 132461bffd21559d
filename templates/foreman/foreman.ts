import { readFileSync } from "node:fs";
import { deploymentFile } from "../code-deployment/code-deployment.js";
import { renderTemplate } from "../render.js";

// The interface is that of Foreman 3.13 with foreman_puppet 10.1: GET /node/NAME, POST /api/hosts/facts,
// POST /api/config_reports; for the registration /api/settings, /api/smart_proxies and its import_puppetclasses; and for
// its verification /api/status, and the reports and facts below /api/hosts/NAME.

/** Folder of what Puppet servers are told of Foreman. */
export const foremanFolder = "/etc/puppet-foreman";
export const settingsFile = `${foremanFolder}/settings.json`;
/** Folder of what they keep for it, and from it. */
export const foremanHome = "/var/lib/puppet-foreman";
/** Reports that wait: written in `unfinished`, and then moved to `new`. */
export const reportSpool = `${foremanHome}/reports`;
/** The external node classifier. */
export const classifierScript = "/usr/local/sbin/puppet-foreman-node";
/** What sends reports, and its units. */
export const sendScript = "/usr/local/sbin/puppet-foreman-send";
export const reportsPath = "puppet-foreman-reports.path";

/** Reports that wait at most on each server: about 300 MiB. */
const mostReports = 10_000;

/** What a Puppet server does with Foreman; kept as JSON. */
export interface ForemanSettings {
  /** Address of Foreman, `https://NAME` or `https://NAME:PORT`. */
  url: string;
  /** File of the certificates that Foreman's own is verified with. */
  caFile: string;
  /** File of the certificates that PuppetDB's is verified with. */
  ownCaFile: string;
  /** PuppetDBs as `https://NAME:PORT`; they know which nodes there are. */
  puppetdb: readonly string[];
  /** Files of the certificate that this server shows, and of its key. */
  certificate: string;
  privateKey: string;
  /** Folder where the server keeps the facts of its nodes, each as NAME.json. */
  facts: string;
  /** Whether Foreman decides a node's environment, or the agent does. */
  environment: "foreman" | "agent";
  /** Seconds that an answer is waited for. */
  timeout: number;
  /** Hours that a classification may be served without a new answer. */
  cacheHours: number;
  /** What happens without one that young. */
  whenExpired: "serve" | "fail";
}

/** Renders settings.json. */
export function renderForemanSettings(settings: ForemanSettings): string {
  return `${JSON.stringify(settings, undefined, 2)}\n`;
}

/** Renders what the scripts share. */
export function renderForemanLibrary(): string {
  return readFileSync(new URL("puppet_foreman.rb", import.meta.url), "utf8");
}

/** Renders the external node classifier. */
export function renderClassifier(values: { ruby: string }): string {
  return renderTemplate(new URL("node.rb.eta", import.meta.url), values);
}

/** Renders Puppet Server's report processor. */
export function renderReportProcessor(): string {
  const values = { spool: reportSpool, limit: mostReports };
  return renderTemplate(new URL("report.rb.eta", import.meta.url), values);
}

/** Renders the program that sends reports. */
export function renderSend(values: { ruby: string }): string {
  return renderTemplate(new URL("send.rb.eta", import.meta.url), { ...values, spool: reportSpool });
}

/** Renders the unit that sends reports. */
export function renderReportsService(values: { user: string }): string {
  const url = new URL("reports.service.eta", import.meta.url);
  return renderTemplate(url, { ...values, spool: reportSpool });
}

/** Renders the unit that looks for reports. */
export function renderReportsPath(): string {
  return renderTemplate(new URL("reports.path.eta", import.meta.url), { spool: reportSpool });
}

/** What fetches classifications ahead of time, and its units' name. */
export const nodesScript = "/usr/local/sbin/puppet-foreman-nodes";
export const nodesUnits = "puppet-foreman-nodes";

/** Renders the program that fetches classifications ahead of time. */
export function renderNodes(values: { ruby: string }): string {
  return renderTemplate(new URL("nodes.rb.eta", import.meta.url), values);
}

/** Renders the service that runs it. */
export function renderNodesService(values: { user: string }): string {
  const url = new URL("nodes.service.eta", import.meta.url);
  return renderTemplate(url, { ...values, home: foremanHome });
}

/** Renders the service's timer. */
export function renderNodesTimer(): string {
  return readFileSync(new URL("nodes.timer", import.meta.url), "utf8");
}

/** The program that tells Foreman of the environment's servers, and what it reads. */
export const registerScript = "/usr/local/sbin/puppet-foreman-register";
export const registrationFile = `${foremanFolder}/registration.json`;

/** What Foreman is told, and by whom. */
export interface Registration {
  /** User of Foreman who may change its settings. */
  user: string;
  /** Its password. */
  password: string;
  /** Certificate names of the servers that Foreman answers. */
  trusted: readonly string[];
  /** Name and address of the smart proxy, where there is one. */
  proxy?: { name: string; url: string } | undefined;
}

/** Renders registration.json; it holds the password. */
export function renderRegistration(registration: Registration): string {
  return `${JSON.stringify(registration, undefined, 2)}\n`;
}

/** Renders the program that tells Foreman of the environment. */
export function renderRegister(values: { ruby: string }): string {
  return renderTemplate(new URL("register.rb.eta", import.meta.url), values);
}

/** Renders the program that tells what a Puppet server gets from Foreman; sent to a server, it is not kept there. */
export function renderVerification(): string {
  return readFileSync(new URL("verify.rb", import.meta.url), "utf8");
}

/** The unit that has Foreman look for environments after each deploy. */
export const importPath = "puppet-foreman-import.path";

/** Renders the unit that runs the program once. */
export function renderImportService(): string {
  return renderTemplate(new URL("import.service.eta", import.meta.url), {
    program: registerScript,
  });
}

/** Renders the unit that waits for deploys. */
export function renderImportPath(): string {
  return renderTemplate(new URL("import.path.eta", import.meta.url), { deployed: deploymentFile });
}
