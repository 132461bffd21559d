# Reports, as JSON, what a Puppet server has for Foreman and gets from it; on the main server also what Foreman answers
# the user who registered the servers. It changes nothing on this server, and in Foreman it only refreshes the smart
# proxy's features.
#
#   ruby - [NODE]
require "/usr/local/lib/puppet-foreman/puppet_foreman"
require "open3"
require "time"

include PuppetForeman

REGISTRATION = "/etc/puppet-foreman/registration.json"
# Meanwhile Foreman queries the smart proxy.
SECONDS = 60

# The result of a query, or the reason why there is none.
def attempt
  yield
rescue Unknown => e
  { "reason" => e.message, "unknown" => true }
rescue Away, Refused => e
  { "reason" => e.message }
end

# The node that PuppetDB got its last report from.
def reported_last
  query = URI.encode_www_form("query" => '["null?", "report_timestamp", false]', "limit" => 1,
                              "order_by" => '[{"field": "report_timestamp", "order": "desc"}]')
  SETTINGS["puppetdb"].each do |url|
    rows = connected(url, SETTINGS["ownCaFile"]) { |session| JSON.parse(get(session, "/pdb/query/v4/nodes?#{query}")) }
    return rows.map { |row| row["certname"] }.grep(CERTNAME).first
  rescue Away, Refused
    next
  end
  nil
end

# Unlike an agent's query: the answer is not kept.
def classified(node)
  attempt do
    connected do |session|
      answer = YAML.safe_load(get(session, "/node/#{node}?format=yml"))
      raise Refused, "it answers with something that is not a classification" unless answer.is_a?(Hash)

      { "classes" => answer["classes"].to_a.size, "environment" => answer["environment"] }
    end
  rescue Psych::Exception
    raise Refused, "it answers with something that is not YAML"
  end
end

def age(file)
  (Time.now - File.mtime(file)).round
rescue Errno::ENOENT
  # It was removed meanwhile.
  nil
end

def waiting
  output, = Open3.capture2("/usr/local/sbin/puppet-reports", "status")
  status = JSON.parse(output)["foreman"]
  { "count" => status["waiting"], **status.slice("oldest", "dropped") }
end

def expired
  files = Dir.glob("#{HOME}/nodes/*.json").select { |file| age(file).to_i > SETTINGS["cacheHours"] * 3600 }
  { "nodes" => files.map { |file| File.basename(file, ".json") }.sort, **SETTINGS.slice("cacheHours", "whenExpired") }
end

# Queries as the registered user.
class Question
  def initialize(session, registration)
    @session = session
    @registration = registration
  end

  def get(path)
    ask(Net::HTTP::Get.new(path))
  end

  def refresh(path)
    ask(Net::HTTP::Put.new(path, "Content-Type" => "application/json"), "{}")
  end

  private

  def ask(request, body = nil)
    request.basic_auth(@registration["user"], @registration["password"])
    request["Accept"] = "application/json,version=2"
    JSON.parse(PuppetForeman.body_of(@session.request(request, body)))
  rescue JSON::ParserError
    raise Refused, "it answers with something that is not JSON: it may be no Foreman"
  end
end

def status(foreman)
  { "version" => foreman.get("/api/status")["version"].to_s }
end

def trusted(foreman)
  { "names" => Array(foreman.get("/api/settings/trusted_hosts")["value"]) }
end

def proxy(foreman, name)
  query = URI.encode_www_form("search" => "name = \"#{name}\"")
  there = foreman.get("/api/smart_proxies?#{query}")["results"].find { |one| one["name"] == name }
  return { "name" => name, "registered" => false } if there.nil?

  features = foreman.refresh("/api/smart_proxies/#{there['id']}/refresh")["features"]
  { "name" => name, "registered" => true, "features" => features.map { |feature| feature["name"] } }
end

def report(foreman, node)
  query = URI.encode_www_form("order" => "reported_at DESC", "per_page" => 1)
  newest = foreman.get("/api/hosts/#{node}/config_reports?#{query}")["results"].first
  { "age" => newest && (Time.now - Time.parse(newest["reported_at"])).round }
end

def facts(foreman, node)
  { "there" => !foreman.get("/api/hosts/#{node}/facts?per_page=1")["results"].empty? }
end

def as_user(registration, node)
  name = registration.dig("proxy", "name")
  questions = {
    "status" => method(:status),
    "trusted" => method(:trusted),
    **(name ? { "proxy" => ->(foreman) { proxy(foreman, name) } } : {}),
    "report" => ->(foreman) { report(foreman, node) },
    "facts" => ->(foreman) { facts(foreman, node) },
  }
  answers = {}
  begin
    connected(seconds: SECONDS) do |session|
      foreman = Question.new(session, registration)
      questions.each { |what, question| answers[what] = attempt { question.call(foreman) } }
    end
  rescue Away => e
    answers = questions.transform_values { { "reason" => e.message } }.merge(answers)
  end
  { "user" => registration["user"], **answers }
end

def registration
  JSON.parse(File.read(REGISTRATION))
rescue Errno::ENOENT
  nil
rescue JSON::ParserError
  # The parser's message would show the password.
  abort "#{REGISTRATION} is not JSON"
end

own = File.basename(SETTINGS["certificate"], ".pem")
node = ARGV[0] || reported_last || own
answers = {
  "url" => SETTINGS["url"],
  "node" => node,
  "classification" => classified(node),
  "waiting" => waiting,
  "expired" => expired,
}
user = registration
answers["asUser"] = as_user(user, node) if user
puts JSON.generate(answers)
