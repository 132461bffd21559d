import { inParsers } from "./parsers.js";

/** What the command gets, as it reports itself. */
export const stub = `#!/usr/bin/ruby
require "json"
File.write("/tmp/webhook-test/runs", "run\\n", mode: "a")
payload = File.read(ENV.fetch("PUSH_PAYLOAD"))
events = ENV.select { |name, _| name.end_with?("_EVENT") }
puts JSON.generate(arguments: ARGV, events: events, payload: JSON.parse(payload))
exit 1 if events.value?("fail")
`;

/** A request; a POST to the webhook unless it says otherwise. */
export interface Sent {
  method?: string;
  path?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}
/** The response. */
export interface Answer {
  status: number;
  body: string;
}

/**
 * Sends a request, and returns the response.
 *
 * @param from loopback address that it comes from
 */
export async function ask(url: string, sent: Sent, from = "127.0.0.1"): Promise<Answer> {
  const { method = "POST", path = "/hooks/code", headers = {}, body } = sent;
  const script = `
    sent = JSON.parse($stdin.read)
    url = URI(sent["url"])
    http = Net::HTTP.new(url.host, url.port)
    http.local_host = sent["from"]
    http.use_ssl = url.scheme == "https"
    http.verify_mode = OpenSSL::SSL::VERIFY_NONE
    request = Net::HTTPGenericRequest.new(sent["method"], !sent["body"].nil?, true, url.request_uri, sent["headers"])
    if sent["headers"].key?("Transfer-Encoding") then request.body_stream = StringIO.new(sent["body"])
    else request.body = sent["body"] end
    answer = http.start { |connection| connection.request(request) }
    puts JSON.generate(status: answer.code.to_i, body: answer.body)`;
  const { code, stdout, stderr } = await inParsers(
    [
      "env",
      "LANG=C.UTF-8",
      "ruby",
      "-rjson",
      "-rnet/http",
      "-ropenssl",
      "-rstringio",
      "-e",
      script,
    ],
    JSON.stringify({ url: `${url}${path}`, method, headers, body: body ?? null, from }),
  );
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Answer;
}

/**
 * Opens sockets to the webhook's HAProxy, from one address, that never say anything.
 *
 * @returns once they are open: how many of them it left open after a moment, and the seconds until it closed the last
 */
export async function idle(
  count: number,
): Promise<{ end: Promise<{ open: number; seconds: number }> }> {
  const script = `
    began = Time.now
    # One too many is closed at once, on a busy machine while it is still being opened.
    connect = lambda do
      TCPSocket.new("127.0.0.1", 9000)
    rescue Errno::ECONNRESET
      nil
    end
    sockets = Array.new(${String(count)}) { connect.() }.compact
    File.write("/tmp/webhook-test/idle", "")
    closed = ->(limit) {
      ready, = IO.select(sockets, nil, nil, limit)
      sockets.reject! { |one| ready&.include?(one) }
      ready
    }
    sleep 1
    nil while closed.(0)
    open = sockets.size
    nil while !sockets.empty? && closed.(15)
    puts JSON.generate(open: open, seconds: Time.now - began)`;
  await inParsers(["rm", "-f", "/tmp/webhook-test/idle"]);
  const done = inParsers(["ruby", "-rjson", "-rsocket", "-e", script]);
  const opened = inParsers([
    ...["sh", "-c"],
    "for try in $(seq 300); do test -e /tmp/webhook-test/idle && exit; sleep 0.1; done; exit 1",
  ]);
  const failed = done.then(({ code, stderr }) => {
    if (code !== 0) throw new Error(stderr);
  });
  await Promise.race([opened, failed]);
  return {
    end: done.then(({ stdout }) => JSON.parse(stdout) as { open: number; seconds: number }),
  };
}

/** Writes a file that can be run, with the folders above it. */
export const install = (path: string, content: string) =>
  inParsers(["install", "-D", "-m", "0755", "/dev/stdin", path], content);
