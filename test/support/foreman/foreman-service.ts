import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A service that implements the parts of Foreman's API that this project uses. It needs only Python 3,
 * so it also runs in a plain container: `python3 DIRECTORY CONFIG`.
 */
export const serviceDirectory = join(import.meta.dirname, "../../../standins/foreman");

/** The files of the service by name, for a directory elsewhere. */
export function serviceFiles(): Record<string, string> {
  const names = readdirSync(serviceDirectory).filter((name) => name.endsWith(".py"));
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(serviceDirectory, name), "utf8")]),
  );
}

/** The JSON configuration file of the service. */
export interface ServiceConfig {
  /** Address and port to listen on. */
  address: string;
  port: number;
  /** Port on 127.0.0.1, without TLS and password, on which tests set the service's answers. */
  controlPort: number;
  /** Paths to PEM files, for the service and for its queries to smart proxies. */
  certificate: string;
  key: string;
  /** Verifies clients and smart proxies. */
  ca: string;
  /** CRLs to verify clients with: one from each CA, as Foreman's web server requires. */
  crl?: string;
  /** API credentials. */
  user: string;
  password: string;
}

/** `PUT /hosts/NAME` on the control port: given values replace the old ones. */
export interface Classification {
  /** Parameters of each class; null for a class without any. */
  classes?: Record<string, Record<string, unknown> | null>;
  parameters?: Record<string, unknown>;
  environment?: string;
}

/** One query or upload, accepted or not. */
export interface Received<Content> {
  /** Common name of the client's certificate. */
  certificate: string | null;
  status: number;
  /** Absent if it could not be read. */
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

/** Answer to `GET /received` on the control port, in order of arrival. */
export interface ReceivedByService {
  /** Names of the queried hosts. */
  nodes: Received<string>[];
  facts: Received<UploadedFacts>[];
  reports: Received<UploadedReport>[];
}

/** A request to the control port that needs only Python. */
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
