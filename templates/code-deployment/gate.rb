# Made by pulumi-puppet: change the stack's settings, not this file.
# Says why agents could not use an environment that is about to be published, without compiling anything: what Puppet
# reads is parsed, and `config_version` is run. All of it as the user that deploys, whose rights the pushed code has anyway.
require "fileutils"
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

  # A process that waits for what it shall read, with a folder of its own.
  Reader = Struct.new(:work, :pid, :input)

  # Starts a process for the next environment: Puppet takes a second to load, in which a deploy has other things to do.
  def prepare
    @prepared ||= reader
  end

  # Ends that process if nothing was read.
  def close
    dismiss(@prepared) if @prepared
    @prepared = nil
  end

  # The faults of an environment; none if agents can use it.
  # folder: the tree as it will be served
  # before: the release that is served now, or nil; a file that is the same there is not looked at
  # environment: its name
  # environments: folder where Puppet Server finds environments
  # conf: Puppet's configuration file, which says how strict Puppet is
  def faults(folder, before:, environment:, environments:, conf:)
    reader = prepare
    @prepared = nil
    work = reader.work
    # Puppet finds it here under its own name.
    link = "#{work}/environments/#{environment}"
    Dir.mkdir(File.dirname(link))
    File.symlink(File.realpath(folder), link)
    found, version = parse(reader, { folder: folder, before: before, environment: environment, environments: environments,
                                     conf: conf, work: work })
    # The command may name the place where the environment will be.
    found << version_fault(work, version.gsub(%r{#{Regexp.escape("#{environments}/#{environment}")}(?=[/\s'"]|\z)}, link)) if version
    found.compact.map { |fault| Fault.new(fault[0] && printable(fault[0]), fault[1], printable(fault[2])) }
  ensure
    dismiss(reader) if reader
  end

  # A process of its own reads everything, as there is no other way to limit what it takes.
  def reader
    work = Dir.mktmpdir("puppet-gate")
    request, input = IO.pipe
    pid = started([RbConfig.ruby, "#{__dir__}/gate_runner.rb"], work, request, rlimit_as: MEMORY)
    request.close
    Reader.new(work, pid, input)
  end

  def dismiss(reader)
    reader.input.close
    ended(reader.pid) if reader.pid
    FileUtils.rm_rf(reader.work)
  end

  # Has a reader read everything. Gives the faults, and the command that says the version.
  def parse(reader, request)
    begin
      reader.input.write(JSON.generate(request))
      reader.input.close
    rescue Errno::EPIPE
      # It has ended, and what it said tells why.
    end
    pid, reader.pid = reader.pid, nil
    status = awaited(pid, PARSING)
    output, errors = said(reader.work)
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

  # Runs a program; gives its exit status, or nil if it took too long, what it said, and its errors.
  def bounded(command, work, seconds, variables: {})
    status = awaited(started(command, work, File::NULL, variables: variables), seconds)
    [status, *said(work)]
  end

  # Starts a program. It writes into files: a process that it leaves behind could keep a pipe open.
  def started(command, work, input, variables: {}, **limits)
    environment = { "PATH" => ENV.fetch("PATH", "/usr/bin:/bin"), "HOME" => work, "LC_ALL" => "C.UTF-8", "TMPDIR" => work }.merge(variables)
    Process.spawn(environment, [command.first, command.first], *command.drop(1), in: input, out: ["#{work}/out", "w"],
                  err: ["#{work}/err", "w"], chdir: "/", pgroup: true, unsetenv_others: true, rlimit_fsize: OUTPUT, **limits)
  end

  def said(work)
    %w[out err].map { |name| File.read("#{work}/#{name}", encoding: Encoding::UTF_8).scrub }
  end

  # The exit status of a program, or nil if it took too long. Nothing of its process group is left.
  def awaited(pid, seconds)
    deadline = now + seconds
    sleep 0.02 until (over = Process.wait2(pid, Process::WNOHANG)) || now > deadline
    over&.last
  ensure
    over ? killed(pid) : ended(pid)
  end

  def ended(pid)
    killed(pid)
    Process.wait(pid)
  end

  def killed(pid)
    Process.kill(:KILL, -pid)
  rescue Errno::ESRCH
    nil
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
