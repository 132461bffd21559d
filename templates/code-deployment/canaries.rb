# Made by pulumi-puppet: change the stack's settings, not this file.
# On the main server: has a compiler compile the canaries' catalogs from a release that is about to be published. Not this
# server: who compiles runs the code, as the user who can read the key of the CA here.
require "/usr/local/lib/puppet-code/puppet_code"

module Canaries
  extend PuppetCode

  # It is there once a compiler has compiled: from then on, none that can is a fault.
  LEARNT = "#{PuppetCode::HOME}/compilers-compile"
  # Seconds that a compiler may take to fetch what changed and to compile, and for a first release.
  LONGEST = 420
  LONGEST_FIRST = 900

  module_function

  # Why agents could not use a release: [file, line, reason] for each fault.
  # first: whether no agent has this environment yet
  def faults(environment, release, first:)
    wish = JSON.generate("environment" => environment, "release" => release, "nodes" => PuppetCode::SETTINGS["canaries"]["nodes"])
    # Servers learn it after this one.
    new = first || !File.exist?(LEARNT)
    errors = PuppetCode::SETTINGS["canaries"]["compilers"].map do |compiler|
      answer = answer_of(compiler, wish, first ? LONGEST_FIRST : LONGEST)
      next "#{compiler['name']}: #{answer['error']}" unless answer["faults"]

      FileUtils.touch(LEARNT)
      return answer["faults"].map { |file, line, reason| [file, line, "#{reason} (on #{compiler['name']})"] }
    end
    # A first release takes no catalog from anybody.
    if new
      puts "<5>#{environment} is published without compiling, as no compiler could: #{errors.first}"
      return []
    end
    [[nil, nil, "no compiler could compile its catalogs: #{errors.first(3).join(', ')}"]]
  end

  # Before each deploy.
  def reset
    @unable = {}
    # Compilers forget it where it is turned off.
    FileUtils.rm_f(LEARNT) unless PuppetCode::SETTINGS["gate"] == "compile"
  end

  # Who could not in this deploy is not asked for the next environment: one that hangs would hold up all of them.
  def answer_of(compiler, wish, seconds)
    name = compiler["name"]
    return @unable[name] if @unable.key?(name)

    answer = asked(compiler, wish, seconds)
    @unable[name] = answer unless answer["faults"]
    answer
  end

  def asked(compiler, wish, seconds)
    output, errors, status = ask(compiler["fqdn"], "compile", wish, seconds: seconds)
    answered(JSON.parse(output))
  rescue JSON::ParserError
    { "error" => status.exitstatus == 255 ? "unreachable" : last_line(errors + output) }
  end

  # Whoever has taken a compiler over answers what he likes.
  def answered(answer)
    raise JSON::ParserError, "no answer" unless answer.is_a?(Hash)
    return { "error" => sentence(answer["error"]) } unless answer["faults"].is_a?(Array)

    { "faults" => answer["faults"].grep(Array).map { |file, line, reason| [file && sentence(file), line.is_a?(Integer) ? line : nil, sentence(reason)] } }
  end
end
