# Made by pulumi-puppet: change the stack's settings, not this file.
# What the main server and compilers do alike: switch environments to published releases, and tell of it.
require "fileutils"
require "json"
require "open3"
require "socket"
require "tempfile"
require "tmpdir"

# Whatever locale a login or the host has: errors of Git and others are looked for by their words.
Encoding.default_external = Encoding::UTF_8
ENV["LC_ALL"] = "C.UTF-8"
ENV.delete("LANGUAGE")
# Whatever umask a login has: the balancer's question and operators read what is written here.
File.umask(0o022)

module PuppetCode
  CONFIGURATION = "/etc/puppet-code"
  HOME = "/var/lib/puppet-code"
  PUBLISHED = "#{HOME}/published"
  SETTINGS = JSON.parse(File.read("#{CONFIGURATION}/settings.json"))
  ENVIRONMENTS = SETTINGS["environments"]
  # A catalog that is being compiled may still read an older release; no compilation outlives two deploys.
  KEPT_RELEASES = 3
  # What a server compiles until code is deployed.
  FIRST_MANIFEST = "/usr/local/share/puppet-site.pp"
  NAME = /\A[A-Za-z0-9_]+\z/
  RELEASE = /\A[0-9A-Za-z.-]+\z/
  COMMIT = /\A\h{7,64}\z/
  # Puppet Server reads releases as another user, whatever a module's author has on his files.
  READABLE = "--chmod=a+rX,u+w,go-w"

  # What systems say of a disk that takes no more.
  FULL = /No space left on device|Disk quota exceeded/

  # Bytes of another server's answer: thousands of environments have less.
  LONGEST_ANSWER = 16 * 1024 * 1024

  # What ends a step, in the words a person gets to read.
  class Failure < StandardError; end

  module_function

  # One at a time on this host, whoever asks for it.
  def alone(seconds)
    File.open("#{HOME}/lock", File::RDWR | File::CREAT, 0o600) do |lock|
      deadline = now + seconds
      until lock.flock(File::LOCK_EX | File::LOCK_NB)
        raise Failure, "another deploy still runs after #{seconds} s" if now > deadline

        sleep 0.1
      end
      yield
    end
  end

  def now
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end

  # A file where another user could put anything: a link, a pipe that would never end, or more than there is memory for.
  def read_file(path, limit)
    File.open(path, File::RDONLY | File::NOFOLLOW | File::NONBLOCK) do |file|
      raise Failure, "it is no file" unless file.stat.file?
      raise Failure, "it is longer than #{limit} bytes" if file.size > limit

      file.read(limit).to_s.force_encoding(Encoding::UTF_8)
    end
  end

  # What is published here: environment => { "release", "commit" }, and on the main server the source that it is from.
  def published
    validated(JSON.parse(File.read("#{PUBLISHED}/published.json")))
  rescue Errno::ENOENT
    {}
  rescue Failure, JSON::ParserError => e
    warn "<4>published.json was made anew from what is served: #{sentence(e.message)}"
    served_now
  end

  # What the environments here lead to, if the list of it cannot be read.
  def served_now
    linked.filter_map do |name|
      release = File.basename(current(name))
      commit = release[/-(\h{7,64})\z/, 1]
      [name, { "release" => release, "commit" => commit }] if commit && File.directory?(current(name))
    end.to_h
  end

  # Names become paths, so nothing else gets past here.
  def validated(environments)
    raise Failure, "published.json is not a list of environments" unless environments.is_a?(Hash)

    environments.each do |name, entry|
      next if entry.is_a?(Hash) && name?(name, NAME) && name?(entry["release"], RELEASE) && !entry["release"].start_with?(".") &&
              name?(entry["commit"], COMMIT)

      raise Failure, "published.json has #{name[0, 80].inspect}, which is no environment"
    end
  end

  def name?(value, pattern)
    value.is_a?(String) && value.valid_encoding? && value.match?(pattern)
  end

  # A reader sees the old file or the new one, never half of it, also after a power cut.
  def write(path, value, mode: 0o644)
    File.open("#{path}.new", "w", mode) do |file|
      file.write("#{JSON.pretty_generate(value)}\n")
      file.fsync
    end
    File.rename("#{path}.new", path)
  end

  # Like `write`, for what has to be told of a full disk as well: what is there already has its space on it.
  def note(path, value)
    write(path, value)
  rescue SystemCallError
    FileUtils.rm_f("#{path}.new")
    overwrite(path, "#{JSON.pretty_generate(value)}\n")
  end

  def overwrite(path, text)
    File.open(path, File::RDWR | File::CREAT, 0o644) do |file|
      file.write(text)
      file.truncate(file.pos)
    end
  end

  # Makes the environments what is published, each in one step, and has Puppet Server read them anew. Gives the names of
  # those that are others now, and why some could not be: name => sentence.
  def switch(environments)
    pending = "#{HOME}/flush-pending"
    changed = environments.reject { |name, entry| current(name) == release_path(name, entry) }
    gone = linked.reject { |name| environments.key?(name) }
    # A flush that fails, or a process that is killed before it, is made good by the next run.
    FileUtils.touch(pending) unless changed.empty? && gone.empty?
    problems = {}
    changed.each do |name, entry|
      link(name, release_path(name, entry))
    rescue Failure, SystemCallError => e
      problems[name] = e.message
    end
    gone.each { |name| File.delete("#{ENVIRONMENTS}/#{name}") }
    if File.exist?(pending)
      flush
      File.delete(pending)
    end
    [changed.keys + gone - problems.keys, problems]
  end

  # Deletes releases that nothing uses any more.
  def prune(environments)
    Dir.children(PUBLISHED).each do |name|
      folder = "#{PUBLISHED}/#{name}"
      next unless File.directory?(folder)
      # Whatever is published: what is served stays.
      served = current(name)&.then { |path| File.basename(path) if File.dirname(path) == folder }
      next served || FileUtils.rm_rf(folder) unless environments.key?(name)

      others = Dir.children(folder).reject { |other| File.symlink?("#{folder}/#{other}") || other.end_with?(".part") } - [environments[name]["release"], served]
      unused = others.sort_by { |release| File.lstat("#{folder}/#{release}").ctime }[0...-(KEPT_RELEASES - 1)]
      # One whose removal is killed has the name of a release no more.
      unused&.each { |release| File.rename("#{folder}/#{release}", "#{folder}/#{release}.part") }
      FileUtils.rm_rf(Dir.glob("#{folder}/*.part"))
    end
  end

  def commits(environments)
    environments.transform_values { |entry| entry["commit"] }
  end

  # Starts a block for each of a list, for several at the same time. Gives what waits for the results, in the list's order.
  def started(list, at_once)
    waiting = Queue.new(list.each_with_index.to_a)
    results = Array.new(list.size)
    threads = Array.new([at_once, list.size].min) do
      Thread.new do
        while (item, place = (waiting.pop(true) rescue nil))
          results[place] = yield(item)
        end
      end
    end
    -> { threads.each(&:join) && results }
  end

  # Runs a program without a shell; gives its exit code and its output.
  def run(*command, seconds:, variables: {})
    # Into a file: a process that it leaves behind would keep a pipe open. In a folder that every user may enter, and not on
    # a disk: what it says of a full one must be read.
    Tempfile.create("puppet-code", "/dev/shm") do |file|
      pid = Process.spawn(variables, "timeout", "--kill-after=5", seconds.to_s, *command, in: File::NULL, %i[out err] => file, chdir: "/")
      _, status = Process.wait2(pid)
      [status.exitstatus || 255, File.read(file.path).scrub]
    end
  end

  # Asks another server; gives what it answers, its errors, and how ssh ended. Whoever has taken that server over may
  # answer without end.
  def ask(fqdn, word, question, seconds:)
    Dir.mktmpdir("puppet-code") do |work|
      File.write("#{work}/question", question)
      pid = Process.spawn("timeout", "--kill-after=5", seconds.to_s, "ssh", "-T", "puppet-code@#{fqdn}", word, in: "#{work}/question",
                          out: ["#{work}/answer", "w"], err: ["#{work}/errors", "w"], chdir: "/", rlimit_fsize: LONGEST_ANSWER)
      _, status = Process.wait2(pid)
      [*%w[answer errors].map { |name| File.read("#{work}/#{name}").scrub }, status]
    end
  end

  # Copies a tree so that it is there as a whole or not at all; files that did not change are hard links. A block gets the
  # copy before it is there, and says why it must not be: its sentences, which this gives as well.
  def copy(source, environment, release, previous, *options)
    target = "#{PUBLISHED}/#{environment}/#{release}"
    FileUtils.mkdir_p("#{PUBLISHED}/#{environment}")
    # What a killed deploy left takes space.
    FileUtils.rm_rf(Dir.glob("#{PUBLISHED}/#{environment}/*.part"))
    base = previous && File.directory?("#{PUBLISHED}/#{environment}/#{previous}") ? ["--link-dest=../#{previous}"] : []
    code, output = run("rsync", "--archive", READABLE, "--delete", "--timeout=60", *base, *options,
                       "#{source}/", "#{target}.part/", seconds: 600)
    raise Failure, last_line(output) unless code.zero?

    unfit = block_given? ? yield("#{target}.part") : []
    return unfit unless unfit.empty?

    neighbours("#{target}.part").each { |other| neighbour("#{PUBLISHED}/#{environment}/#{other}", other) }
    # Whatever a power cut leaves, a release with this name is whole.
    run("sync", "--file-system", "#{target}.part", seconds: 300)
    File.rename("#{target}.part", target)
    []
  ensure
    FileUtils.rm_rf("#{target}.part")
  end

  # Adds to a release here what an older version of this program did not copy.
  def complete(source, environment, release)
    path = "#{PUBLISHED}/#{environment}/#{release}"
    code, output = run("rsync", "--archive", READABLE, "--timeout=60", "#{source}/", "#{path}/", seconds: 600)
    raise Failure, last_line(output) unless code.zero?

    neighbours(path).each { |other| neighbour("#{PUBLISHED}/#{environment}/#{other}", other) }
  end

  def neighbour(path, name)
    return if File.symlink?(path)

    File.symlink("#{ENVIRONMENTS}/#{name}", path)
  end

  # The environments that links of a release lead to, such as ../production/modules: they are beside it in Git's view.
  def neighbours(release)
    _, links = run("find", release, "-type", "l", "-printf", "%P\\t%l\\n", seconds: 60)
    links.lines.filter_map do |line|
      path, target = line.chomp.split("\t", 2)
      File.expand_path("./#{target}", "/here/#{File.dirname(path)}")[%r{\A/(?!here(?:/|\z))([A-Za-z0-9_]+)(?:/|\z)}, 1] unless target.nil? || target.start_with?("/")
    end.uniq
  end

  # What a program said last, and so why it failed; rsync then adds that it failed.
  def last_line(output)
    lines = output.scrub.lines.map(&:strip).reject(&:empty?)
    added = /\Arsync( error|: connection|: \[\w+\] (read|write) error)/
    sentence(lines.grep_v(added).last || lines.last || "it said nothing")
  end

  # What somebody else wrote, on one line: in the journal, it must not look like a line of its own. Of a full disk, where it
  # is, whichever program met it.
  def sentence(text)
    line = text.to_s.scrub.gsub(/[^[:print:]]/, "?")[0, 500]
    return line unless line.match?(FULL)

    path = line[%r{(?<![\w.])/[^\s"':]+}]
    "no space left on #{path.nil? || path.start_with?(HOME) ? HOME : path}"
  end

  def release_path(name, entry)
    "#{PUBLISHED}/#{name}/#{entry['release']}"
  end

  def current(name)
    File.readlink("#{ENVIRONMENTS}/#{name}")
  rescue Errno::ENOENT, Errno::EINVAL
    nil
  end

  # Environments that are ours; others are left alone.
  def linked
    Dir.children(ENVIRONMENTS).select { |name| current(name)&.start_with?("#{PUBLISHED}/") }
  end

  def link(name, target)
    path = "#{ENVIRONMENTS}/#{name}"
    make_way(path, name) if File.directory?(path) && !File.symlink?(path)
    FileUtils.rm_f("#{ENVIRONMENTS}/.#{name}.new")
    File.symlink(target, "#{ENVIRONMENTS}/.#{name}.new")
    File.rename("#{ENVIRONMENTS}/.#{name}.new", path)
  end

  # The folder that every server has until code is deployed makes way, and an empty one, as Puppet makes it for an
  # environment that is not there. One with somebody's code in it is theirs to move.
  def make_way(path, name)
    # What this user cannot see is somebody's as well.
    code, files = run("find", path, "-mindepth", "1", "!", "-type", "d", "-printf", "%P\\n", seconds: 60)
    first = File.exist?(FIRST_MANIFEST) ? File.read(FIRST_MANIFEST) : nil
    unless code.zero? && (files.empty? || (files == "manifests/site.pp\n" && File.file?("#{path}/manifests/site.pp") &&
                                           File.read("#{path}/manifests/site.pp") == first))
      raise Failure, "#{path} on #{SETTINGS['fqdn']} holds code that was not deployed; commit it to a source, move the folder away, " \
                     "and deploy again (or set puppet:codeDeployment.tool to none)"
    end
    # Under a name that is no environment.
    File.rename(path, "#{ENVIRONMENTS}/.#{name}.#{Time.now.to_i}")
  end

  # Has the Puppet Server of this host read its environments anew; one that does not run will do so anyway. The key for it
  # is the host's own, which no deploy may read: systemd asks with it.
  def flush
    # A host with a copy has no Puppet Server.
    return if SETTINGS["copy"]

    output = UNIXSocket.open("/run/puppet-code-flush.sock", &:read)
    raise Failure, "Puppet Server did not reload its environments: #{last_line(output)}" unless output.empty? || output.include?("curl: (7)")
  end
end
