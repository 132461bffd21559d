import { readFileSync } from "node:fs";
import { renderTemplate } from "../render.js";

/** Folder where a Puppet server keeps reports and facts until they have been sent. */
export const reportsFolder = "/var/lib/puppet-reports";
/** Folders in it. */
export const reportsFolders = ["puppetdb", "foreman", "unfinished", "asked"] as const;
/** Settings of the programs, as JSON. */
export const reportsSettingsFile = "/etc/puppet-reports/settings.json";
/** The program that sends them, and shows what waits. */
export const reportsProgram = "/usr/local/sbin/puppet-reports";
/** The service that runs it. */
export const reportsService = "puppet-reports.service";
/** Folder of the code that the program and Puppet Server share. */
export const reportsLibrary = "/usr/local/lib/puppet-reports";
/** Folder of the reports for Foreman that an earlier version kept. */
export const earlierReports = "/var/lib/puppet-foreman/reports/new";

/** Name of Puppet Server's report processor, and of its terminus of facts. */
export const spooled = "spooled";

/** Where a Puppet server's reports go, as JSON. */
export interface ReportsSettings {
  /** Bytes that may wait for each destination. */
  maxBytes: number;
  /** Seconds for which they may wait. */
  maxSeconds: number;
  /** Files of the certificate that this server presents, and of its key. */
  certificate: string;
  privateKey: string;
  /** PuppetDBs as `https://NAME:PORT`, of which the first that answers is used, and the file of CAs that verify them. */
  puppetdb?: { urls: readonly string[]; caFile: string } | undefined;
  /** Foreman's address and the file of CAs that verify it. */
  foreman?: { url: string; caFile: string } | undefined;
}

/** Renders settings.json. */
export function renderReportsSettings(settings: ReportsSettings): string {
  return `${JSON.stringify(settings, undefined, 2)}\n`;
}

/** The code that the program and Puppet Server share, by name of the file. */
export function reportsLibraryFiles(): Readonly<Record<string, string>> {
  const names = ["spool", "kept", "client", "puppetdb", "foreman", "sender"];
  return Object.fromEntries(names.map((name) => [`${name}.rb`, text(`${name}.rb`)]));
}

/** Renders Puppet Server's report processor. */
export function renderReportProcessor(destinations: {
  puppetdb: boolean;
  foreman: boolean;
}): string {
  return template("report.rb.eta", destinations);
}

/** Renders Puppet Server's terminus of facts. */
export function renderFactsTerminus(): string {
  return text("facts.rb");
}

/** Renders the program. */
export function renderReportsProgram(values: { ruby: string }): string {
  return template("reports.rb.eta", { ...values, earlier: earlierReports });
}

/** Renders the service. */
export function renderReportsService(values: { user: string }): string {
  return template("reports.service.eta", {
    ...values,
    folder: reportsFolder,
    earlier: earlierReports,
    program: reportsProgram,
  });
}

const text = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");
const template = (name: string, values: object) =>
  renderTemplate(new URL(name, import.meta.url), values);
