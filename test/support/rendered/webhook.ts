import { createHmac } from "node:crypto";
import { renderHooks, renderWebhookProxy } from "../../../templates/webhook/webhook.js";
import { passwordOf } from "../infrastructure.js";
import { inParsers } from "./parsers.js";
import { install } from "./webhook-requests.js";

/** The webhook's secret. */
export const secret = passwordOf("puppet-webhook-secret");
/** Headers of a request with JSON. */
export const json = { "Content-Type": "application/json" };

/** The HMAC of a body. */
export const hmac = (text: string | Buffer, key = secret, algorithm = "sha256") =>
  createHmac(algorithm, key).update(text).digest("hex");
/** Headers of a signed request with JSON. */
export const signed = (text: string | Buffer, header = "X-Hub-Signature-256") => ({
  ...json,
  [header]: `sha256=${hmac(text)}`,
});
/** Headers of a request with JSON and a user's password. */
export const withPassword = (text: string) => ({
  ...json,
  Authorization: `Basic ${Buffer.from(text).toString("base64")}`,
});

/** A command for the webhook that tells what it gets, and counts its runs in a file of the folder. */
const stub = (folder: string) => `#!/usr/bin/ruby
require "json"
File.write("${folder}/runs", "run\\n", mode: "a")
payload = File.read(ENV.fetch("PUSH_PAYLOAD"))
events = ENV.select { |name, _| name.end_with?("_EVENT") }
puts JSON.generate(arguments: ARGV, events: events, payload: JSON.parse(payload))
exit 1 if events.value?("fail")
`;

/** A webhook that runs, with HAProxy in front of it. */
export interface RunningWebhook {
  folder: string;
  command: string;
  /** URL of the webhook itself. */
  plain: string;
  /** URL of HAProxy. */
  overTls: string;
  /** How often the command has run. */
  runs: () => Promise<number>;
  stop: () => Promise<void>;
}

/**
 * Starts the webhook where the parsers are, and HAProxy in front of it.
 *
 * @param port HAProxy's; the webhook has the next one
 * @param options.command what the webhook runs; otherwise a command that tells what it gets
 * @param options.user user of the webhook
 */
export async function startWebhook(
  port: number,
  options: { command?: (folder: string) => string; user?: string } = {},
): Promise<RunningWebhook> {
  const { command: script = stub, user = "root" } = options;
  const folder = `/tmp/webhook-test-${String(port)}`;
  const command = `${folder}/command`;
  const backendPort = port + 1;
  await install(command, script(folder));
  await install(`${folder}/hooks.yaml`, renderHooks({ secret, command }));
  const certificate = "/etc/puppet-webhook/tls/host.pem";
  await install(
    `${folder}/haproxy.cfg`,
    renderWebhookProxy({ port, ipv6: false, backendPort, certificate }),
  );
  const programs = {
    [`rendered-webhook-${String(port)}`]: `--uid=${user} /usr/bin/webhook -hooks ${folder}/hooks.yaml -ip 127.0.0.1 -port ${String(backendPort)}`,
    [`rendered-webhook-proxy-${String(port)}`]: `/usr/sbin/haproxy -db -f ${folder}/haproxy.cfg`,
  };
  for (const [unit, program] of Object.entries(programs)) {
    const words = ["systemd-run", "--quiet", "--collect", `--unit=${unit}`];
    const { code, stderr } = await inParsers([...words, ...program.split(" ")]);
    if (code !== 0) throw new Error(stderr);
  }
  const ports = `sport = :${String(port)} or sport = :${String(backendPort)}`;
  const listening = `for try in $(seq 200); do ss -Hltn "${ports}" | wc -l | grep -qx 2 && exit; sleep 0.1; done; exit 1`;
  const { code } = await inParsers(["sh", "-c", listening]);
  if (code !== 0) throw new Error("the webhook and HAProxy do not listen after 20 s");
  return {
    folder,
    command,
    plain: `http://127.0.0.1:${String(backendPort)}`,
    overTls: `https://127.0.0.1:${String(port)}`,
    runs: async () => {
      const { stdout } = await inParsers(["sh", "-c", `cat ${folder}/runs 2>/dev/null`]);
      return stdout.split("\n").length - 1;
    },
    stop: async () => {
      await inParsers(["systemctl", "stop", ...Object.keys(programs)]);
    },
  };
}
