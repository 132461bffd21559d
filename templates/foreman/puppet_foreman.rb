# Made by pulumi-puppet: change the stack's settings, not this file.
# How a Puppet server talks to Foreman: as itself, with the certificate that its agents know.
require "fileutils"
require "json"
require "net/http"
require "openssl"
require "timeout"
require "uri"
require "yaml"

module PuppetForeman
  SETTINGS = JSON.parse(File.read("/etc/puppet-foreman/settings.json"))
  HOME = "/var/lib/puppet-foreman"
  # After a question without an answer, nobody waits for another one for so many seconds.
  PAUSE = 30

  # Foreman was not reached, is not able to answer now, or does not let this server in yet.
  class Away < StandardError; end
  # Foreman answers, and says no.
  class Refused < StandardError; end
  # Foreman has no such thing.
  class Unknown < Refused; end
  # Foreman failed at what it was asked: nobody knows whether it would again.
  class Failed < Refused; end

  CERTNAME = /\A[a-z0-9_]([a-z0-9._-]{0,251}[a-z0-9])?\z/
  UNREACHED = [SystemCallError, SocketError, OpenSSL::SSL::SSLError, Timeout::Error, EOFError, IOError].freeze
  NOT_NOW = %w[401 403 408 429 502 503 504].freeze

  module_function

  # Gives a block a connection to Foreman, or to another service.
  def connected(url = SETTINGS["url"], ca_file = SETTINGS["caFile"], seconds: SETTINGS["timeout"])
    uri = URI(url)
    http = Net::HTTP.new(uri.host, uri.port, nil)
    http.use_ssl = true
    http.min_version = OpenSSL::SSL::TLS1_2_VERSION
    http.ca_file = ca_file
    http.cert = OpenSSL::X509::Certificate.new(File.read(SETTINGS["certificate"]))
    http.key = OpenSSL::PKey.read(File.read(SETTINGS["privateKey"]))
    http.open_timeout = http.read_timeout = http.write_timeout = seconds
    # A question is asked again by whoever needs the answer, and not behind his back.
    http.max_retries = 0
    http.start { |session| yield session }
  rescue *UNREACHED => e
    raise Away, e.message
  end

  def get(session, path)
    body_of(session.get(path))
  end

  def post(session, path, content)
    headers = { "Content-Type" => "application/json", "Accept" => "application/json,version=2" }
    body_of(session.post(path, JSON.generate(content), headers))
  end

  def body_of(response)
    return response.body.to_s if response.is_a?(Net::HTTPSuccess)

    raise kind_of(response), "it answers #{response.code} #{explained(response)}".strip
  end

  def kind_of(response)
    return Away if NOT_NOW.include?(response.code)
    return Unknown if response.code == "404"

    response.is_a?(Net::HTTPServerError) ? Failed : Refused
  end

  # Foreman's own words, where they are JSON, on one line.
  def explained(response)
    answer = JSON.parse(response.body.to_s)
    error = answer["error"] || answer["message"] if answer.is_a?(Hash)
    error = error["message"] || error["full_messages"]&.join(", ") if error.is_a?(Hash)
    error.to_s.tr("\n", " ")[0, 300]
  rescue JSON::ParserError
    response.message.to_s
  end

  # Foreman's classification of a node, which is kept.
  def classification(session, certname)
    answer = YAML.safe_load(get(session, "/node/#{certname}?format=yml"))
    raise Refused, "it answers with something that is no classification" unless answer.is_a?(Hash)

    keep(certname, answer)
    answer
  rescue Psych::Exception
    raise Refused, "it answers with something that is not YAML"
  end

  # A node has its classes, whether they can be kept or not: the disk may be full.
  def keep(certname, answer)
    write(kept(certname), JSON.generate(answer))
  rescue SystemCallError => e
    warn "#{certname}: its classification is not kept: #{e.message}"
  end

  # Where the last classification of a node is kept.
  def kept(certname)
    "#{HOME}/nodes/#{certname}.json"
  end

  def fresh?(path, seconds)
    Time.now - File.mtime(path) < seconds
  rescue Errno::ENOENT
    false
  end

  # A reader sees the old content or the new one, never half of it.
  def write(path, content)
    FileUtils.mkdir_p(File.dirname(path))
    temporary = "#{path}.#{Process.pid}"
    File.write(temporary, content, perm: 0o640)
    File.rename(temporary, path)
  ensure
    FileUtils.rm_f(temporary) if temporary
  end
end
