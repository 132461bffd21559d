import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A service that speaks the parts of Foreman's API that this project uses. It needs Python 3 and
 * nothing else, so it runs in a plain container as well: `python3 DIRECTORY CONFIG`.
 */
export const serviceDirectory = join(import.meta.dirname, "../../../standins/foreman");

/** The files of the service, by their names, to put into a directory elsewhere. */
export function serviceFiles(): Record<string, string> {
  const names = readdirSync(serviceDirectory).filter((name) => name.endsWith(".py"));
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(serviceDirectory, name), "utf8")]),
  );
}

/** What the file that is the service's argument holds, as JSON. */
export interface ServiceConfig {
  /** To listen on. */
  address: string;
  port: number;
  /** On 127.0.0.1, without TLS and without a password: tests say there what the service answers. */
  controlPort: number;
  /** Of the service, and of what it asks smart proxies. Paths to PEM files. */
  certificate: string;
  key: string;
  /** Clients and smart proxies are verified by it. */
  ca: string;
  /** Revocation lists to verify clients by: one of each CA, as Foreman's web server wants it. */
  crl?: string;
  /** Of the API. */
  user: string;
  password: string;
}

/** `PUT /hosts/NAME` at the control port: what is given replaces what was. */
export interface Classification {
  /** Parameters of each class; null for a class without any. */
  classes?: Record<string, Record<string, unknown> | null>;
  parameters?: Record<string, unknown>;
  environment?: string;
}

/** One question or upload, whether it was taken or not. */
export interface Received<Content> {
  /** Common name of the client's certificate. */
  certificate: string | null;
  status: number;
  /** Absent when it was not readable. */
  content?: Content;
}

export interface UploadedFacts {
  name: string;
  certname: string;
  facts: Record<string, unknown>;
}

export interface UploadedReport {
  config_report: {
    host: string;
    reported_at: string;
    status: Record<string, number>;
    metrics: Record<string, Record<string, number>>;
    logs: {
      log: { level: string; sources: { source: string }; messages: { message: string } };
    }[];
  };
}

/** Answer of `GET /received` at the control port, in the order it came. */
export interface ReceivedByService {
  /** Names of the hosts that were asked for. */
  nodes: Received<string>[];
  facts: Received<UploadedFacts>[];
  reports: Received<UploadedReport>[];
}

/** A request to the control port, for where only Python can make it. */
export function controlCommand(
  port: number,
  method: string,
  path: string,
  body: unknown = {},
): string[] {
  const program = [
    "import sys, urllib.request as r",
    "url, method, body = sys.argv[1:]",
    'request = r.Request(url, body.encode(), {"Content-Type": "application/json"}, method=method)',
    "print(r.build_opener(r.ProxyHandler({})).open(request, timeout=30).read().decode())",
  ].join("\n");
  const url = `http://127.0.0.1:${port}${path}`;
  return ["python3", "-c", program, url, method, JSON.stringify(body)];
}
