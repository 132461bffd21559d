# Made by pulumi-puppet: change the stack's settings, not this file.
# How reports are sent: as this server, with the certificate that its agents know, over a connection that is kept.
require "json"
require "net/http"
require "openssl"
require "timeout"
require "uri"
require "zlib"

# The other side was not reached, is not able to answer now, or does not let this server in yet.
class Away < StandardError; end
# It may have taken it, or not.
class Unanswered < Away; end
# It failed at this one: nobody knows whether it would again.
class Failed < StandardError; end
# This one may not be sent yet.
class Later < StandardError
  attr_reader :seconds

  def initialize(seconds)
    super("not for #{seconds} s")
    @seconds = seconds
  end
end
# It answers, and says no.
class Refused < StandardError; end

class Client
  UNREACHED = [SystemCallError, SocketError, OpenSSL::OpenSSLError, Timeout::Error, IOError, Net::ProtocolError,
               Net::HTTPBadResponse, Net::HTTPHeaderSyntaxError, Zlib::Error].freeze
  NOT_NOW = %w[401 403 408 429 502 503 504].freeze
  # Seconds until a connection is open, and for which one is kept.
  PATIENCE = 10
  IDLE = 1

  # settings:: `certificate` and `privateKey`, which may change
  # seconds:: for an answer
  def initialize(url, ca_file, settings, seconds:)
    @uri = URI(url)
    @ca_file = ca_file
    @settings = settings
    @seconds = seconds
  end

  # Sends one request, and returns the answer.
  #
  # Raises Away if it did not get there, and Unanswered if it may have.
  def request(request, body = nil)
    connect
    begin
      @session.request(request, body).tap { @used = now }
    rescue *UNREACHED => e
      close
      raise Unanswered, "#{@uri.host} does not answer: #{e.message}"
    end
  end

  def post(path, body, headers)
    request(Net::HTTP::Post.new(path, headers), body)
  end

  def get(path)
    request(Net::HTTP::Get.new(path))
  end

  private

  def now
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end

  def connect
    # What has been idle may be closed just when it is used again. Net::HTTP would connect anew after 2 s, and nobody could tell
    # whether the request got there.
    close if @session && now - @used > IDLE
    return if @session

    @session = session
    @session.start
    @used = now
  rescue *UNREACHED => e
    @session = nil
    raise Away, "#{@uri.host} is not reached: #{e.message}"
  end

  def session
    http = Net::HTTP.new(@uri.host, @uri.port, nil)
    http.use_ssl = true
    http.min_version = OpenSSL::SSL::TLS1_2_VERSION
    http.ca_file = @ca_file
    http.cert = OpenSSL::X509::Certificate.new(File.read(@settings["certificate"]))
    http.key = OpenSSL::PKey.read(File.read(@settings["privateKey"]))
    http.open_timeout = PATIENCE
    http.read_timeout = http.write_timeout = @seconds
    # Whether something is sent again is decided elsewhere.
    http.max_retries = 0
    http
  end

  def close
    @session&.finish
  rescue *UNREACHED
    nil
  ensure
    @session = nil
  end
end

# The text of an answer.
def text_of(answer)
  answer.body.to_s.dup.force_encoding("UTF-8").scrub
end

# What an answer means, for any destination. Returns nil if it is a success.
def raise_unless_taken(answer, explained)
  return if answer.is_a?(Net::HTTPSuccess)

  reason = "it answers #{answer.code} #{explained}".strip
  raise Away, reason if Client::NOT_NOW.include?(answer.code)
  raise Failed, reason if answer.is_a?(Net::HTTPServerError)

  raise Refused, reason
end
