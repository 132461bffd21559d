import { PuppetClient } from "../../../bench/agents/puppet-client.js";

/** What a run asked for, one request after the other, with the names in it that differ from run to run replaced. */
export interface Recording {
  /** Method, path and query of each request, and the types that it accepts and sends. */
  readonly requests: string[];
  /** Names of the fields of the catalog's form, in their order. */
  form: string[];
  /** Names of the facts. */
  facts: string[];
  /** Names of what is in the report, and in its status of one resource. */
  report: string[];
  status: string[];
}

const nothing = (): Recording => ({ requests: [], form: [], facts: [], report: [], status: [] });

/** Adds a request. */
function add(
  recording: Recording,
  certname: string,
  words: readonly (string | undefined)[],
  body: string | undefined,
): void {
  const line = words.map((word) => word ?? "-").join(" ");
  const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
  recording.requests.push(line.replaceAll(certname, "NAME").replace(uuid, "UUID"));
  if (line.startsWith("POST /puppet/v3/catalog/") && body !== undefined) {
    const form = new URLSearchParams(body);
    recording.form = [...form.keys()];
    const facts = JSON.parse(decodeURIComponent(form.get("facts") ?? "")) as { values: object };
    recording.facts = Object.keys(facts.values).sort();
  }
  if (line.startsWith("PUT /puppet/v3/report/") && body !== undefined) {
    const report = JSON.parse(body) as { resource_statuses: Record<string, object> };
    recording.report = Object.keys(report).sort();
    const [status = {}] = Object.values(report.resource_statuses);
    recording.status = Object.keys(status).sort();
  }
}

/** A recording of what `puppet agent --http_debug` wrote. */
export function recorded(debug: string, certname: string): Recording {
  const recording = nothing();
  const lines = debug.split("\n").filter((line) => line.startsWith('<- "'));
  for (const [index, line] of lines.entries()) {
    const sent = unquoted(line);
    const [, method, path] = /^(GET|PUT|POST) (\S+) HTTP\/1\.1\r\n/.exec(sent) ?? [];
    if (method === undefined) continue;
    const header = (name: string) => new RegExp(`\r\n${name}: (.*)\r\n`).exec(sent)?.[1];
    const next = lines[index + 1];
    const body = method === "GET" || next === undefined ? undefined : unquoted(next);
    add(recording, certname, [method, path, header("Accept"), header("Content-Type")], body);
  }
  return recording;
}

/** The text that Ruby shows in quotes. */
function unquoted(line: string): string {
  const text = line.slice("<- ".length).trimEnd();
  return JSON.parse(text.replaceAll("\\#", "#").replaceAll("\\e", "\\u001b")) as string;
}

/** A client that adds what it sends to a recording. */
export class RecordingClient extends PuppetClient {
  readonly recording = nothing();

  protected override persist(...[host, message]: Parameters<PuppetClient["persist"]>) {
    const { method, path, headers, body } = message;
    const words = [method, path, headers.Accept, headers["Content-Type"]];
    add(this.recording, this.identity.certname, words, body);
    return super.persist(host, message);
  }
}
