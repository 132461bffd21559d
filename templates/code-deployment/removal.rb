# Made by pulumi-puppet: change the stack's settings, not this file.
# Which environments are removed: those whose branches are gone, unless agents have one. These would get empty catalogs,
# or errors, from then on.
require "/usr/local/lib/puppet-code/puppet_code"
require "/usr/local/lib/puppet-code/sources"
require "json"
require "socket"
require "timeout"

module Removal
  extend PuppetCode

  # Answers with the environments that agents ran with last.
  SOCKET = "/run/puppet-code-used.sock"
  # Seconds and bytes of the answer.
  LONGEST_WAIT = 120
  LONGEST_ANSWER = 4 * 1024 * 1024
  # Of a certificate.
  AGENT = /\A[0-9A-Za-z._-]{1,255}\z/
  GONE = "no source has a branch for it any more"

  module_function

  # environments: what is published; known: names of those that there are. Gives the names of those to remove, and why
  # others are kept: [names, environment => sentences].
  def of(environments, known, unreachable)
    gone = lost(environments, known, unreachable)
    kept = {}
    if gone.delete(Sources::DEFAULT)
      kept[Sources::DEFAULT] = ["#{GONE}; it is kept at #{environments[Sources::DEFAULT]['commit'][0, 12]}, because agents that name " \
                                "no environment have it. Push the branch again, or set puppet:codeDeployment.defaultEnvironment " \
                                "to the branch that serves as #{Sources::DEFAULT}"]
    end
    # Without PuppetDB nobody knows.
    in_use = gone.empty? || !PuppetCode::SETTINGS["puppetdb"] ? {} : used(gone)
    in_use.each { |name, why| kept[name] = ["#{GONE}; it is kept, because #{why}"] }
    [gone - kept.keys, kept]
  end

  # What a source that cannot be reached has is not known.
  def lost(environments, known, unreachable)
    (environments.keys - known).select do |name|
      source = environments[name]["source"]
      Sources.all.any? { |one| one["name"] == source } ? !unreachable.key?(source) : unreachable.empty?
    end
  end

  # Which of these agents have: environment => why it is kept. If nobody can tell, it is all of them.
  def used(names)
    text = Timeout.timeout(LONGEST_WAIT) { UNIXSocket.open(SOCKET) { |socket| socket.read(LONGEST_ANSWER) } }.to_s
    raise PuppetCode::Failure, "it said nothing" if text.empty?

    answer = JSON.parse(text)
    raise PuppetCode::Failure, answer["error"] if answer["error"].is_a?(String)

    names.filter_map { |name| [name, told(answer[name])] if answer.key?(name) }.to_h
  rescue StandardError => e
    names.to_h { |name| [name, "PuppetDB does not tell whether agents have it: #{sentence(e.message)}. The next deploy asks again"] }
  end

  def told(entry)
    agents, example = entry.values_at("agents", "example")
    others = Integer(agents) - 1
    who = name?(example, AGENT) ? example : "an agent"
    who += " and #{others} more" if others.positive?
    "#{who} ran with it last. A deploy removes it once #{others.positive? ? 'each has' : 'that agent has'} run with another environment, " \
      "or is deactivated in PuppetDB"
  end
end
