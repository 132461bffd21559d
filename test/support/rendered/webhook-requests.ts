import { inParsers } from "./parsers.js";

/** A request; a POST to the webhook unless it says otherwise. */
export interface Sent {
  method?: string;
  path?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer;
}
/** The response. */
export interface Answer {
  status: number;
  body: string;
}

/** Sends a request, and returns the response. */
export async function ask(url: string, sent: Sent): Promise<Answer> {
  const { status, body } = await askTimed(url, sent);
  return { status, body };
}

/**
 * Sends a request, and returns the response with the seconds until all of it was there.
 *
 * @param from loopback address that it comes from
 */
export async function askTimed(
  url: string,
  sent: Sent,
  from = "127.0.0.1",
): Promise<Answer & { seconds: number }> {
  const [answer] = await askAll(url, [sent], from);
  if (answer === undefined) throw new Error("there is no answer");
  return answer;
}

/** Sends requests, four at a time, and returns their responses in the same order. */
export async function askAll(
  url: string,
  all: readonly Sent[],
  from = "127.0.0.1",
): Promise<(Answer & { seconds: number })[]> {
  const script = `
    now = -> { Process.clock_gettime(Process::CLOCK_MONOTONIC) }
    ask = lambda do |sent|
      url = URI(sent["url"])
      http = Net::HTTP.new(url.host, url.port)
      http.local_host = sent["from"]
      http.use_ssl = url.scheme == "https"
      http.verify_mode = OpenSSL::SSL::VERIFY_NONE
      body = sent["body"]&.unpack1("m")
      request = Net::HTTPGenericRequest.new(sent["method"], !body.nil?, true, url.request_uri, sent["headers"])
      if sent["headers"].key?("Transfer-Encoding") then request.body_stream = StringIO.new(body)
      else request.body = body end
      began = now.()
      answer = http.start { |connection| connection.request(request) }
      { status: answer.code.to_i, body: answer.body.force_encoding("UTF-8"), seconds: now.() - began }
    end
    sent = JSON.parse($stdin.read)
    answers = Array.new(sent.size)
    waiting = Queue.new(sent.each_index.to_a).close
    Array.new(4) { Thread.new { while (index = waiting.pop) do answers[index] = ask.(sent[index]) end } }.each(&:join)
    puts JSON.generate(answers)`;
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
    JSON.stringify(
      all.map(({ method = "POST", path = "/hooks/code", headers = {}, body }) => ({
        ...{ url: `${url}${path}`, method, headers, from },
        body: body === undefined ? null : Buffer.from(body as string).toString("base64"),
      })),
    ),
  );
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as (Answer & { seconds: number })[];
}

/**
 * Opens sockets to the webhook's HAProxy, from one address, that never say anything.
 *
 * @param port where it listens
 * @returns once they are open: how many of them it left open after a moment, and the seconds until it closed the last
 */
export async function idle(
  port: number,
  count: number,
): Promise<{ end: Promise<{ open: number; seconds: number }> }> {
  const script = `
    began = Time.now
    # One too many is closed at once, on a busy machine while it is still being opened.
    connect = lambda do
      TCPSocket.new("127.0.0.1", ${String(port)})
    rescue Errno::ECONNRESET
      nil
    end
    sockets = Array.new(${String(count)}) { connect.() }.compact
    File.write("/tmp/webhook-idle", "")
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
  await inParsers(["rm", "-f", "/tmp/webhook-idle"]);
  const done = inParsers(["ruby", "-rjson", "-rsocket", "-e", script]);
  const opened = inParsers([
    ...["sh", "-c"],
    "for try in $(seq 300); do test -e /tmp/webhook-idle && exit; sleep 0.1; done; exit 1",
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
