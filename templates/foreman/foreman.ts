import { readFileSync } from "node:fs";
import { deploymentFile } from "../code-deployment/code-deployment.js";
import { renderTemplate } from "../render.js";

// The API is that of Foreman 3.13 with foreman_puppet 10.1: GET /node/NAME, POST /api/hosts/facts,
// POST /api/config_reports; for the registration /api/settings, /api/smart_proxies and its import_puppetclasses; and
// for verification /api/status, and the reports and facts under /api/hosts/NAME.

/** Folder of the Puppet servers' configuration for Foreman. */
export const foremanFolder = "/etc/puppet-foreman";
export const settingsFile = `${foremanFolder}/settings.json`;
/** Folder of the data that they keep for Foreman and from it. */
export const foremanHome = "/var/lib/puppet-foreman";
/** The external node classifier. */
export const classifierScript = "/usr/local/sbin/puppet-foreman-node";
/** How a Puppet server uses Foreman, as JSON. */
export interface ForemanSettings {
  /** Foreman's address, `https://NAME` or `https://NAME:PORT`. */
  url: string;
  /** File with the CA certificates that verify Foreman's. */
  caFile: string;
  /** File with the CA certificates that verify PuppetDB's. */
  ownCaFile: string;
  /** PuppetDBs as `https://NAME:PORT`; they know which nodes exist. */
  puppetdb: readonly string[];
  /** Files of the certificate that this server presents, and of its key. */
  certificate: string;
  privateKey: string;
  /** Folder where the server keeps the facts of its nodes, each as NAME.json. */
  facts: string;
  /** Whether Foreman decides a node's environment, or the agent does. */
  environment: "foreman" | "agent";
  /** Seconds to wait for an answer. */
  timeout: number;
  /** Hours that a classification may be served without a new answer. */
  cacheHours: number;
  /** What happens without a valid one. */
  whenExpired: "serve" | "fail";
}

/** Renders settings.json. */
export function renderForemanSettings(settings: ForemanSettings): string {
  return `${JSON.stringify(settings, undefined, 2)}\n`;
}

/** Renders the code that the scripts share. */
export function renderForemanLibrary(): string {
  return readFileSync(new URL("puppet_foreman.rb", import.meta.url), "utf8");
}

/** Renders the external node classifier. */
export function renderClassifier(values: { ruby: string }): string {
  return renderTemplate(new URL("node.rb.eta", import.meta.url), values);
}

/** The program that fetches classifications ahead of time, and its timer. */
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

/** The program that registers the environment's servers in Foreman, and the file that it reads. */
export const registerScript = "/usr/local/sbin/puppet-foreman-register";
export const registrationFile = `${foremanFolder}/registration.json`;

/** What is registered in Foreman, and the user that does it. */
export interface Registration {
  /** Foreman user who may change its settings. */
  user: string;
  /** The user's password. */
  password: string;
  /** Certificate names of the servers that Foreman trusts. */
  trusted: readonly string[];
  /** Name and address of the smart proxy, if there is one. */
  proxy?: { name: string; url: string } | undefined;
}

/** Renders registration.json; it holds the password. */
export function renderRegistration(registration: Registration): string {
  return `${JSON.stringify(registration, undefined, 2)}\n`;
}

/** Renders the program that registers the environment in Foreman. */
export function renderRegister(values: { ruby: string }): string {
  return renderTemplate(new URL("register.rb.eta", import.meta.url), values);
}

/** Renders the program that reports what a Puppet server gets from Foreman; it runs on a server without being kept. */
export function renderVerification(): string {
  return readFileSync(new URL("verify.rb", import.meta.url), "utf8");
}

/** The unit that has Foreman import environments after each deploy. */
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
