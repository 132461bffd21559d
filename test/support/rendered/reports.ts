import {
  reportsFolder,
  reportsLibrary,
  reportsProgram,
  reportsSettingsFile,
} from "../../../templates/reports/reports.js";
import { done, foreman, install, shell } from "./foreman-client.js";
import { outputOf } from "./parsers.js";

const unit = "test-puppet-reports";
const puppetdbUnit = "test-puppetdb";
const puppetdbFolder = "/run/test-puppetdb";

/**
 * Python: a PuppetDB as far as commands are sent to it. It notes each one that it takes, and does what its file `mode` says:
 * `ok`, a status, or `hang`, which takes the command and does not answer.
 */
const puppetdb = `import gzip, http.server, json, ssl, time, urllib.parse
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        mode = open("${puppetdbFolder}/mode").read().strip()
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        if mode in ("ok", "hang"):
            text = gzip.decompress(body).decode() if self.headers["Content-Encoding"] == "gzip" else body.decode()
            with open("${puppetdbFolder}/taken", "a") as taken:
                taken.write(json.dumps({**query, "body": text}) + "\\n")
        if mode == "hang":
            time.sleep(3600)
        answer = b'{"uuid": "1"}'
        self.send_response(200 if mode == "ok" else int(mode))
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
    def log_message(self, *words): pass
class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
server = Server(("127.0.0.1", 8081), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/etc/foreman-service/host.pem", "/etc/foreman-service/host.key")
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
server.serve_forever()
`;

/** PuppetDB's address. */
export const puppetdbUrl = `https://${foreman}:8081`;

export const startPuppetDb = async () => {
  await install(`${puppetdbFolder}/server.py`, puppetdb);
  await answerWith("ok");
  await shell(
    `rm -f ${puppetdbFolder}/taken; systemctl is-active --quiet ${puppetdbUnit} || systemd-run --quiet --unit ${puppetdbUnit} python3 ${puppetdbFolder}/server.py
timeout 20 sh -c 'until curl --silent --insecure --output /dev/null ${puppetdbUrl}; do test $? != 7 && break; sleep 0.1; done'`,
  );
};
export const stopPuppetDb = () => shell(`systemctl stop ${puppetdbUnit} 2>/dev/null || :`);
export const answerWith = (mode: string) => install(`${puppetdbFolder}/mode`, mode);

/** What PuppetDB has taken, in order. */
export async function takenByPuppetDb(): Promise<
  { command: string; certname: string; body: string; "producer-timestamp": string }[]
> {
  const lines = await done(["sh", "-c", `cat ${puppetdbFolder}/taken 2>/dev/null || :`]);
  return lines
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as never);
}

/** Keeps a message as Puppet Server does. */
export async function keep(
  destination: "puppetdb" | "foreman",
  message: { node: string; kind?: "report" | "facts"; age?: number; body?: string; time?: string },
): Promise<void> {
  const {
    node,
    kind = "report",
    age = 0,
    body = "{}",
    time = "2026-12-01T10:00:00.000Z",
  } = message;
  const about = {
    ...{ node, time, transaction: `of ${node}`, version: 8, bytes: body.length },
    command: kind === "report" ? "store_report" : "replace_facts",
  };
  // Puppet Server packs what is for PuppetDB.
  const program = `require "${reportsLibrary}/kept"
real = ReportSpool.method(:time).unbind
age = Float(ARGV[1])
ReportSpool.define_singleton_method(:time) { |time| real.bind_call(self, time - age) }
body = $stdin.read
PuppetReports.keep(ARGV[0], ARGV[2], JSON.parse(ARGV[3]), ARGV[0] == "puppetdb" ? PuppetReports.packed(body) : body)`;
  await done(["ruby", "-e", program, destination, String(age), kind, JSON.stringify(about)], body);
}

/** Changes the settings of the program. */
export async function setReports(changes: Record<string, unknown>): Promise<void> {
  const settings = JSON.parse(await done(["cat", reportsSettingsFile])) as object;
  await install(reportsSettingsFile, JSON.stringify({ ...settings, ...changes }));
}

/** Times that tests cannot wait for, in seconds. */
export const quickly = () =>
  shell(`cd ${reportsLibrary}
sed -i 's/^  PAUSE = .*/  PAUSE = 1/; s/^  RETRY = .*/  RETRY = 1/; s/^  PATIENCE = .*/  PATIENCE = 3/' sender.rb
sed -i 's/^  LONGEST = .*/  LONGEST = 4/; s/^  SECONDS = .*/  SECONDS = 1/' foreman.rb
sed -i 's/^  SECONDS = .*/  SECONDS = 2/' puppetdb.rb`);

export const startSending = () =>
  shell(`systemd-run --quiet --collect --unit ${unit} ${reportsProgram} send`);
export const stopSending = () => shell(`systemctl stop ${unit} 2>/dev/null || :`);
export const killSender = () =>
  shell(
    `systemctl kill --signal KILL ${unit}; timeout 20 sh -c 'until test "$(systemctl show --property LoadState --value ${unit})" = not-found; do sleep 0.1; done'`,
  );

/** What the service has written to the journal since a cursor; without one, only the next cursor. */
export async function journal(cursor?: string): Promise<{ lines: string[]; cursor: string }> {
  const since = cursor === undefined ? "--lines 0" : `--after-cursor '${cursor}'`;
  const text = await outputOf(
    `journalctl --quiet --output cat --show-cursor ${since} ${cursor === undefined ? "" : `--unit ${unit} --identifier puppet-reports`} || :`,
  );
  const lines = text.split("\n").filter(Boolean);
  const last = lines.findIndex((line) => line.startsWith("-- cursor: "));
  return {
    lines: last === -1 ? lines : lines.slice(0, last),
    cursor: last === -1 ? (cursor ?? "") : (lines[last] ?? "").replace("-- cursor: ", ""),
  };
}

/** What waits, and what was dropped. */
export interface Status {
  waiting: number;
  bytes: number;
  oldest: number | null;
  dropped: number;
  last: { node: string; time: string; transaction: string; dropped: string; reason: string }[];
}
export const status = async () =>
  JSON.parse(await done([reportsProgram, "status"])) as Record<"puppetdb" | "foreman", Status>;

/** The folder of what waits for a destination. */
export const folderOf = (destination: string) => `${reportsFolder}/${destination}`;
