# Made by pulumi-puppet: change the stack's settings, not this file.
# Has r10k or g10k bring environments to a folder that nobody is served from. A fault of one environment is its own: the
# tools stop at it, or mark all that follow, so they run again for the others.
require "/usr/local/lib/puppet-code/g10k_puppetfile"
require "/usr/local/lib/puppet-code/puppet_code"
require "/usr/local/lib/puppet-code/repair"
require "/usr/local/lib/puppet-code/sources"
require "digest"
require "time"
require "yaml"

module Staging
  extend PuppetCode

  STAGING = "#{PuppetCode::HOME}/staging"
  # From which code the types of an environment are.
  TYPES = "#{PuppetCode::HOME}/types"
  TOOL = PuppetCode::SETTINGS["tool"]
  FILE = PuppetCode::SETTINGS["toolFile"]
  INFO = ".#{TOOL}-deploy.json"
  # Where a run of g10k for one source has its configuration.
  ONE_SOURCE = "#{PuppetCode::HOME}/g10k-source.yaml"
  LONGEST_RUN = 3600
  # Which files Git writes for g10k in another way.
  ATTRIBUTES = "#{PuppetCode::HOME}/g10k.attributes"
  # It leaves out some of these, and has a shell read others.
  NOT_BY_G10K = /[;&|'"`$\\\s]/
  BEGUN = /Deploying environment (\S+)/
  AGAIN = /\A(Module \S+ failed to synchronize due to|Error during concurrent deploy of a module:) /
  COLOURS = /\e\[[\d;]*m/
  ERRORS = /error|fatal|fail|denied|cannot|could not|unable|not exist|collision|invalid/i
  # What Git servers say, and GitHub of a key for another repository.
  REFUSED = {
    /\(publickey|ERROR: Repository not found/ => "give the module's key read access: it is in the output codeDeployKeys, or else codeDeployKey",
    /Authentication failed|could not read Username/ => "set a token that may read the module in puppet:codeDeployment.credentials"
  }.freeze

  module_function

  # branches: environment => Sources::Branch; suspects: environments that failed before. Gives those that are whole, and
  # why others are not: [environment => commit, environment => sentences].
  def stage(branches, suspects)
    return [{}, {}] if branches.empty?

    # What another tool wrote before tells of commits that are no longer there.
    FileUtils.rm_f(Dir.glob("#{STAGING}/*/.[rg]10k-deploy.json") - Dir.glob("#{STAGING}/*/#{INFO}"))
    whole, faults = brought(branches, suspects)
    if !faults.empty? && Repair.needed?(faults.values.flatten)
      # What a killed deploy left is not the repository's fault.
      Repair.all(faults.keys.map { |name| "#{STAGING}/#{branches[name].folder}" })
      again, faults = brought(branches.slice(*faults.keys), [])
      whole.merge!(again)
    end
    generate_types(branches, whole, faults)
    [whole, faults.transform_values { |errors| advised(errors) }]
  end

  # Removes what no branch is staged in any more.
  def prune(folders)
    [STAGING, TYPES].select { |path| File.directory?(path) }.each do |path|
      (Dir.children(path) - folders).each { |name| FileUtils.rm_rf("#{path}/#{name}") }
    end
  end

  def brought(branches, suspects)
    TOOL == "g10k" ? by_g10k(branches) : by_r10k(branches, suspects)
  end

  # r10k deploys one environment after the other, and marks all as failed after the first that is: those run again,
  # until all of a run are whole. Those that failed the last time go last, so that nothing has to run twice for them.
  def by_r10k(branches, suspects)
    runs = [branches.except(*suspects), branches.slice(*suspects)].reject(&:empty?)
    whole = {}
    faults = {}
    until runs.empty?
      run = runs.shift
      finished, lost = one_by_r10k(run)
      faults.merge!(lost)
      next whole.merge!(finished) if finished.size == run.size

      # Those that it marked as failed, and those that it did not come to. Each of these runs is smaller than this one.
      again = run.slice(*finished.keys)
      left = run.except(*finished.keys, *lost.keys)
      runs.unshift(*(lost.empty? ? [again, left] : [again.merge(left)]).reject(&:empty?))
    end
    [whole, faults]
  end

  # Gives the environments that r10k has gone through, and the errors of those that it has not; a Puppetfile can end it.
  def one_by_r10k(branches)
    branches.each_value do |branch|
      folder = "#{STAGING}/#{branch.folder}"
      # It leaves the folders of modules of which the Puppetfile knows no more; made to purge them all, it removes files
      # whose names Git quotes.
      FileUtils.rm_rf(folder) if File.directory?(folder) && other_puppetfile?(branch, folder)
      FileUtils.rm_f("#{folder}/#{INFO}")
    end
    # With the environments that it is at, which errors do not name.
    code, output = tool("r10k", "deploy", "environment", *branches.values.map(&:folder), "--modules", "--verbose=info", "--config", FILE)
    finished = staged(branches)
    begun = output.scan(BEGUN).flatten.map { |path| File.basename(path) }
    lost = branches.except(*finished.keys).select { |_, branch| begun.include?(branch.folder) }
    # It failed, and no environment did: nobody knows what is missing where.
    finished, lost = [{}, branches] if lost.empty? && (finished.empty? || (code != 0 && finished.size == branches.size))
    told = told_by_r10k(output)
    [finished, lost.to_h { |name, branch| [name, told[branch.folder] || told[nil] || [last_line(output)]] }]
  end

  def other_puppetfile?(branch, folder)
    code, wanted = run("git", "--git-dir", Sources.mirror(branch.source), "show", "#{branch.commit}:Puppetfile", seconds: 60)
    staged = File.file?("#{folder}/Puppetfile") ? File.read("#{folder}/Puppetfile").scrub : nil
    staged != (code.zero? ? wanted : nil)
  end

  # g10k ends at the first fault, whatever else is to be done. It deploys by the name of a branch, in all its sources.
  def by_g10k(branches)
    odd, branches = branches.partition { |_, branch| branch.name.match?(NOT_BY_G10K) }.map(&:to_h)
    whole, faults = named_for_g10k(branches)
    [whole, faults.merge(odd.transform_values { |branch| ["g10k deploys no branch of the name #{branch.name}"] })]
  end

  def named_for_g10k(branches)
    branches.each_value do |branch|
      folder = "#{STAGING}/#{branch.folder}"
      # It would leave files there that the new commit has no more, and does not write those anew that it could not read.
      FileUtils.rm_rf(folder) unless info(folder)&.values_at("signature", "deploy_success") == [branch.commit, true]
    end
    since = Time.now
    if branches.size > 1
      code, = tool("g10k", "-config", FILE)
      done = staged(branches, since)
      return [done, {}] if code.zero? && done.size == branches.size
    end
    faults = branches.filter_map do |name, branch|
      code, output = one_by_g10k(branch)
      [name, errors_of_g10k(output)] unless code.zero? && staged({ name => branch }, since).key?(name)
    end.to_h
    [staged(branches.except(*faults.keys), since), faults]
  end

  def one_by_g10k(branch)
    settings = YAML.load_file(FILE)
    sources = settings["sources"].slice(branch.source)
    File.write(ONE_SOURCE, YAML.dump(settings.merge("sources" => sources)))
    tool("g10k", "-config", ONE_SOURCE, "-branch", branch.name)
  end

  def tool(*words)
    own = TOOL == "g10k" ? G10kPuppetfile.variables(ATTRIBUTES) : {}
    run(*words, seconds: LONGEST_RUN, variables: PuppetCode::SETTINGS["variables"].merge(own))
  end

  # The environments that the tool has gone through to the end: environment => commit. r10k's own word for it,
  # deploy_success, is about all of a run.
  def staged(branches, since = nil)
    branches.filter_map do |name, branch|
      told = info("#{STAGING}/#{branch.folder}")
      next unless told && told["signature"].to_s.match?(PuppetCode::COMMIT)

      [name, told["signature"]] if since.nil? || (told["deploy_success"] && Time.parse(told["finished_at"]) >= since)
    end.to_h
  end

  def info(folder)
    JSON.parse(File.read("#{folder}/#{INFO}"))
  rescue Errno::ENOENT, JSON::ParserError
    nil
  end

  # The errors in r10k's words: folder => sentences; under nil those that belong to no environment.
  def told_by_r10k(output)
    folder = nil
    told = Hash.new { |all, name| all[name] = [] }
    output.gsub(COLOURS, "").split(/^(?=(?:DEBUG\d?|INFO|NOTICE|WARN|ERROR|FATAL)\s+-> )/).each do |message|
      folder = File.basename(Regexp.last_match(1)) if message =~ BEGUN
      told[folder] << error_by_r10k(message) if message.match?(/\A(ERROR|FATAL)/)
    end
    # It says the same again for all modules, and for the environment.
    told.transform_values { |errors| errors.uniq { |error| error[/fatal: .*/] || error.sub(AGAIN, "") }.first(3) }.reject { |_, errors| errors.empty? }
  end

  # An error, and behind it what a program told r10k, without the command.
  def error_by_r10k(message)
    first, *more = message.sub(/\A\w+\s+-> /, "").lines.map(&:strip).reject(&:empty?)
    reason = more.grep(ERRORS).find { |line| !line.start_with?("Command:") }
    sentence([first.to_s.sub(/:? ?(due to )?Command exited with non-zero exit code:\z/, ""), reason].compact.reject(&:empty?).join(": "))
  end

  # The lines of g10k's output that are errors.
  def errors_of_g10k(output)
    lines = output.gsub(COLOURS, "").lines.map(&:strip)
    # Warnings have the same again, with the command; Git's second line is true of all failures.
    errors = lines.grep(ERRORS).grep_v(/\AWARN|\Afatal: Could not read from remote repository/)
    (errors.empty? ? [last_line(lines.join("\n"))] : errors.map { |line| sentence(line) }).uniq.first(3)
  end

  # What to do about a module that its Git server refuses, behind the first error that says so.
  def advised(errors)
    errors.each_with_index do |error, at|
      _, advice = REFUSED.find { |words, _| error.match?(words) }
      return errors.take(at) + ["#{error.chomp('.')}; #{advice}"] + errors.drop(at + 1) if advice
    end
  end

  # The types of each environment: without them one environment's types reach another's. Only where Ruby code is other
  # than at the last time, as Puppet takes a second to start.
  def generate_types(branches, whole, faults)
    return if PuppetCode::SETTINGS["generateTypes"].nil?

    FileUtils.mkdir_p(TYPES)
    whole.each_key do |name|
      folder = branches[name].folder
      code = ruby_code(folder)
      noted = "#{TYPES}/#{folder}"
      next if typed?(folder) && File.exist?(noted) && File.read(noted) == code

      FileUtils.rm_f(noted)
      status, output = run(*PuppetCode::SETTINGS["generateTypes"], "--environmentpath", STAGING, "--environment", folder, seconds: 600)
      status.zero? ? File.write(noted, code) : faults[name] = ["puppet generate types: #{last_line(output)}"]
    rescue SystemCallError => e
      faults[name] = ["puppet generate types: #{sentence(e.message)}"]
    end
    whole.reject! { |name, _| faults.key?(name) }
  end

  # Whether there are types, whose code is all in the environment's own folders.
  def typed?(folder)
    path = "#{STAGING}/#{folder}"
    File.directory?("#{path}/.resource_types") && Dir.children(path).none? { |name| File.symlink?("#{path}/#{name}") }
  end

  # What types are made of, and by which Puppet.
  def ruby_code(folder)
    digest = Digest::SHA256.new
    digest << File.mtime(File.realpath(PuppetCode::SETTINGS["generateTypes"].first)).to_s
    Dir.glob("**/lib/**/*.rb", base: "#{STAGING}/#{folder}").sort.each do |path|
      file = "#{STAGING}/#{folder}/#{path}"
      digest << path << File.binread(file) if File.file?(file)
    end
    digest.hexdigest
  end
end
