# Made by pulumi-puppet: change the stack's settings, not this file.
require_relative "client"

# Sends commands to PuppetDB: the first that answers. It stores what it has been sent twice only once: the same report, by
# its content with the time at which Puppet Server had it.
class PuppetDb
  NAME = "PuppetDB".freeze
  # It is its database that has to keep up: what waits does not come from more than one connection.
  WORKERS = 1
  # How often as long as a message took it pauses, so that PuppetDB and the runs of agents have the rest.
  PACE = 3
  SECONDS = 30
  # Seconds for which one that has failed is asked after the others.
  AVOIDED = 60

  def initialize(settings, _spool)
    @clients = settings["puppetdb"]["urls"].map do |url|
      Client.new(url, settings["puppetdb"]["caFile"], settings, seconds: SECONDS)
    end
    @failed = {}
  end

  # Raises Failed if all fail at it: when their disks are full, they fail at everything.
  def deliver(_entry, about, body)
    failures = by_hope.map do |client|
      return send_to(client, about, body)
    rescue Away, Failed => e
      @failed[client] = Process.clock_gettime(Process::CLOCK_MONOTONIC)
      e
    end
    kind = failures.all?(Failed) ? Failed : Away
    raise kind, failures.map(&:message).uniq.join(", ")
  end

  private

  # In their order; but one that hangs must not hold up every report.
  def by_hope
    now = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    failed, others = @clients.partition { |client| @failed.key?(client) && now - @failed[client] < AVOIDED }
    others + failed
  end

  def send_to(client, about, body)
    query = URI.encode_www_form("command" => about["command"], "version" => about["version"], "certname" => about["node"],
                                "producer-timestamp" => about["time"])
    headers = { "Content-Type" => "application/json; charset=utf-8", "Accept" => "application/json",
                "Content-Encoding" => "gzip", "X-Uncompressed-Length" => about["bytes"].to_s }
    answer = client.post("/pdb/cmd/v1?#{query}", body, headers)
    # While it starts, it does not know the path.
    raise Away, "it answers 404" if answer.code == "404"

    raise_unless_taken(answer, text_of(answer).tr("\r\n", " ")[0, 300])
  end
end
