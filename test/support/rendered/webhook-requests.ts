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

/** Sends a request, and returns the response. */
export async function ask(url: string, sent: Sent): Promise<Answer> {
  const { method = "POST", path = "/hooks/code", headers = {}, body } = sent;
  const script = `
    sent = JSON.parse($stdin.read)
    url = URI(sent["url"])
    http = Net::HTTP.new(url.host, url.port)
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
    JSON.stringify({ url: `${url}${path}`, method, headers, body: body ?? null }),
  );
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Answer;
}

/** Writes a file that can be run, with the folders above it. */
export const install = (path: string, content: string) =>
  inParsers(["install", "-D", "-m", "0755", "/dev/stdin", path], content);
