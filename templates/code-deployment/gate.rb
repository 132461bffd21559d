# Made by pulumi-puppet: change the stack's settings, not this file.
# Says why agents could not use an environment that is about to be published, without compiling anything: what Puppet
# reads is parsed, and `config_version` is run. All of it as the user that deploys, whose rights the pushed code has anyway.
require "json"
require "rbconfig"
require "tmpdir"

module Gate
  # `file` is relative to the environment; `line` is nil where none is known.
  Fault = Struct.new(:file, :line, :reason)

  # Seconds and bytes of memory for parsing. A site's first deploy, with thousands of files, takes less than a minute.
  PARSING = 120
  MEMORY = 3 * 1024**3
  # Seconds for `config_version`, which Puppet Server runs whenever it reads an environment anew.
  VERSION = 30
  # Bytes of a file that a program may write.
  OUTPUT = 64 * 1024**2

  module_function

  # The faults of an environment; none if agents can use it.
  # folder: the tree as it will be served
  # before: the release that is served now, or nil; a file that is the same there is not looked at
  # environment: its name
  # environments: folder where Puppet Server finds environments
  # conf: Puppet's configuration file, which says how strict Puppet is
  def faults(folder, before:, environment:, environments:, conf:)
    Dir.mktmpdir("puppet-gate") do |work|
      # Puppet finds it here under its own name.
      link = "#{work}/environments/#{environment}"
      Dir.mkdir(File.dirname(link))
      File.symlink(File.realpath(folder), link)
      found, version = parse(work, { folder: folder, before: before, environment: environment, environments: environments,
                                     conf: conf, work: work })
      # The command may name the place where the environment will be.
      found << version_fault(work, version.gsub(%r{#{Regexp.escape("#{environments}/#{environment}")}(?=[/\s'"]|\z)}, link)) if version
      found.compact.map { |fault| Fault.new(fault[0] && printable(fault[0]), fault[1], printable(fault[2])) }
    end
  end

  # Has a process of its own read everything, as there is no other way to limit what it takes. Gives the faults, and the
  # command that says the version.
  def parse(work, request)
    status, output, errors = bounded([RbConfig.ruby, "#{__dir__}/gate_runner.rb"], work, PARSING, input: JSON.generate(request), memory: MEMORY)
    lines = output.lines.select { |line| line.end_with?("\n") }.map { |line| JSON.parse(line) }
    faults = lines.filter_map { |line| line["fault"] }
    done = lines.last&.fetch("done", nil)
    return [faults, done["version"]] if done && status&.success?

    at = lines.reverse.find { |line| line["at"] }&.fetch("at")
    why = status.nil? ? "reading it took longer than #{PARSING} s" : "it could not be read: #{last_line(errors)}"
    [faults << [at, nil, why], nil]
  end

  # Puppet Server runs the command without a shell, and as another user than the owner of the release.
  def version_fault(work, command)
    conf = "environment.conf"
    words = command.scan(/(?:'[^']*'|"[^"]*"|[^ '"])+/).map { |word| word.gsub(/'([^']*)'|"([^"]*)"/) { $1 || $2 } }
    variables = { "GIT_TEST_ASSUME_DIFFERENT_OWNER" => "1" }
    status, _, errors = bounded(words, work, VERSION, variables: variables)
    return [conf, nil, "config_version took longer than #{VERSION} s: #{shown(work, command)}"] if status.nil?
    return if status.success?

    why = if errors.include?("dubious ownership") then "Git reads no repository of another user; name it with --git-dir=$environmentpath/$environment/.git"
          else shown(work, errors[/^fatal: .*/] || last_line(errors))
          end
    [conf, nil, "config_version fails: #{why}"]
  rescue SystemCallError => e
    [conf, nil, "config_version cannot be run: #{shown(work, e.message)}"]
  end

  # Runs a program; gives its exit status, or nil if it took too long, what it said, and its errors. It writes into files:
  # a process that it leaves behind could keep a pipe open. Nothing of its process group is left.
  def bounded(command, work, seconds, input: "", variables: {}, memory: nil)
    files = %w[in out err].to_h { |name| [name.to_sym, "#{work}/#{name}"] }
    File.write(files[:in], input)
    environment = { "PATH" => ENV.fetch("PATH", "/usr/bin:/bin"), "HOME" => work, "LC_ALL" => "C.UTF-8", "TMPDIR" => work }.merge(variables)
    limits = { rlimit_fsize: OUTPUT }
    limits[:rlimit_as] = memory if memory
    pid = Process.spawn(environment, [command.first, command.first], *command.drop(1), in: files[:in], out: [files[:out], "w"],
                        err: [files[:err], "w"], chdir: "/", pgroup: true, unsetenv_others: true, **limits)
    status = awaited(pid, seconds)
    [status, *files.values_at(:out, :err).map { |file| File.read(file, encoding: Encoding::UTF_8).scrub }]
  end

  def awaited(pid, seconds)
    deadline = now + seconds
    sleep 0.02 until (ended = Process.wait2(pid, Process::WNOHANG)) || now > deadline
    ended&.last
  ensure
    begin
      Process.kill(:KILL, -pid)
    rescue Errno::ESRCH
      nil
    end
    Process.wait(pid) unless ended
  end

  def now
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end

  def last_line(text)
    text.lines.map(&:strip).reject(&:empty?).last || "it said nothing"
  end

  # With no path that nobody knows.
  def shown(work, text)
    text.gsub("#{work}/environments", "$environmentpath")
  end

  def printable(text)
    text.scrub.gsub(/[^[:print:]]+/, " ").strip[0, 300]
  end
end
