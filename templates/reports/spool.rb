# Made by pulumi-puppet: change the stack's settings, not this file.
# Where a Puppet server keeps reports and facts until PuppetDB and Foreman have them. Puppet Server writes them here, and
# a service of its own sends them, so that no agent waits, and nothing is lost while one of them is away.
#
# A destination has a folder, and each message a file in it: a line of JSON about it, and then what is sent. The name of the
# file has its time, its kind and its node, so that those of a node keep their order.
require "fileutils"
require "json"
require "securerandom"
require "time"

class ReportSpool
  FOLDER = "/var/lib/puppet-reports".freeze
  SETTINGS = "/etc/puppet-reports/settings.json".freeze
  DESTINATIONS = %w[puppetdb foreman].freeze
  NAME = /\A(?<time>\d{8}T\d{12})-(?<kind>report|facts)-\h{8}-(?<node>.+)\z/
  # Seconds for which the size of the spool is not looked at again, at least.
  MEASURED = 10
  # How many of those that were dropped are named, and bytes of the file with their names.
  NAMED = 50
  NAMES = 1024 * 1024
  # Of those whose names the disk did not take, how many are remembered.
  UNNAMED = 10_000
  # What a disk may say: Puppet Server's Ruby does not know all of it as system's errors.
  FAULTS = [SystemCallError, IOError].freeze

  # There is no room for another one.
  class Full < StandardError; end

  Entry = Struct.new(:name, :time, :kind, :node)

  # A time as names of files begin with it.
  def self.time(time)
    time.utc.strftime("%Y%m%dT%H%M%S%6N")
  end

  def self.settings
    JSON.parse(File.read(SETTINGS))
  end

  # The one for a destination. It remembers its size.
  def self.for(destination)
    @spools ||= {}
    @spools[destination] ||= new(destination)
  end

  # What waits, and what was dropped, by destination.
  def self.status
    DESTINATIONS.to_h { |destination| [destination, new(destination).status] }
  end

  attr_reader :destination

  def initialize(destination)
    @destination = destination
    @folder = "#{FOLDER}/#{destination}"
    @names = "#{FOLDER}/#{destination}.dropped"
    @unnamed = []
    @naming = Mutex.new
  end

  # Keeps a message for its destination.
  #
  # kind:: `report` or `facts`, of which only the newest of a node are sent
  # about:: what is needed to send and to name it; at least `node`
  # body:: what is sent
  # asked:: whether it may have been sent already
  #
  # Raises Full, and one of FAULTS if the disk does not take it.
  def keep(kind, about, body, asked: false)
    content = "#{JSON.generate(about)}\n".b << body.b
    reserve(content.bytesize)
    node = about["node"].gsub(/[^A-Za-z0-9._-]/, "_")[0, 150]
    name = "#{self.class.time(Time.now)}-#{kind}-#{SecureRandom.hex(4)}-#{node}"
    write("#{FOLDER}/asked/#{name}", "") if asked
    write("#{@folder}/#{name}", content)
    # The disk may have room for their names now.
    dropped([]) unless @unnamed.empty?
  end

  # All messages, the oldest first.
  def entries
    Dir.children(@folder).sort.filter_map do |name|
      found = NAME.match(name)
      Entry.new(name, found[:time], found[:kind], found[:node]) if found
    end
  end

  # What is known about a message, and what is to be sent. nil if it is gone. Raises JSON::ParserError or TypeError if its file
  # is broken.
  def read(entry)
    line, body = File.binread(path(entry)).split("\n", 2)
    about = JSON.parse(line.to_s.dup.force_encoding("UTF-8"))
    raise TypeError, "no message" unless about.is_a?(Hash) && body

    [about, body]
  rescue Errno::ENOENT
    nil
  end

  def remove(entry)
    FileUtils.rm_f([path(entry), asked(entry)])
  end

  # Drops a message that waits.
  def drop(entry, reason)
    about = about_of(entry)
    # First: that makes room for its name.
    remove(entry)
    dropped([named(about, reason)]) unless entry.kind == "facts"
  end

  # Counts reports that were dropped, and names the last ones. Those whose names the disk does not take are named later. A line
  # is written at once, so that several processes may do it.
  def dropped(entries)
    @naming.synchronize do
      @unnamed = (@unnamed + entries).last(UNNAMED)
      lines = @unnamed.map { |entry| "#{JSON.generate(entry)}\n" }.join
      File.open(@names, "a", 0o600) { |file| file.write(lines) }
      @unnamed = []
    end
  rescue *FAULTS
    nil
  end

  # A report that was dropped, as it is named.
  def named(about, reason)
    { "node" => about["node"], "time" => about["time"], "transaction" => about["transaction"],
      "dropped" => Time.now.utc.iso8601, "reason" => reason.to_s.scrub }
  end

  # `waiting`: messages, `bytes` of all of them, and the age in seconds of the `oldest`, if any; `dropped`: how many reports
  # since the server exists, and the `last` ones.
  def status
    waiting = File.directory?(@folder) ? entries : []
    before, *names = [earlier, *names_in("#{@names}.full"), *names_in(@names)]
    { "waiting" => waiting.size, "bytes" => bytes, "oldest" => waiting.first && age(waiting.first).round,
      "dropped" => before["count"] + names.size, "last" => (before["last"] + names).last(NAMED) }
  end

  # Of an entry, in seconds.
  def age(entry)
    Time.now - Time.strptime("#{entry.time}+0000", "%Y%m%dT%H%M%S%N%z")
  end

  # Notes that a message is on its way; of one that is noted already, nobody knows what became of it.
  def ask(entry, text = "")
    write(asked(entry), text)
  end

  # Whoever was asked has not begun with it.
  def unask(entry)
    FileUtils.rm_f(asked(entry))
  end

  # What was noted of it; nil if it was never on its way.
  def asked?(entry)
    File.read(asked(entry))
  rescue Errno::ENOENT
    nil
  end

  # Removes what a server that was killed did not finish, notes about messages that are gone, and names beyond the last ones.
  # For the process that sends.
  def tidy
    noted = Dir.children("#{FOLDER}/asked").grep(NAME) - DESTINATIONS.flat_map { |name| Dir.children("#{FOLDER}/#{name}") }
    FileUtils.rm_f(noted.map { |name| "#{FOLDER}/asked/#{name}" })
    Dir.glob("#{FOLDER}/unfinished/*").each { |file| FileUtils.rm_f(file) if Time.now - File.mtime(file) > 3600 }
    shorten
  rescue *FAULTS
    nil
  end

  private

  # Puts names beyond the last ones into a number. What is written to the file meanwhile is there the next time.
  def shorten
    full = "#{@names}.full"
    if File.exist?(full)
      names = names_in(full)
      write("#{@names}.before", JSON.generate("count" => earlier["count"] + names.size, "last" => (earlier["last"] + names).last(NAMED)))
      File.delete(full)
    end
    File.rename(@names, full) if File.size?(@names).to_i > NAMES
  end

  def earlier
    before = JSON.parse(text_of("#{@names}.before"))
    before.is_a?(Hash) && before["count"].is_a?(Integer) && before["last"].is_a?(Array) ? before : raise(TypeError)
  rescue JSON::ParserError, TypeError
    { "count" => 0, "last" => [] }
  end

  def names_in(path)
    text_of(path).lines.filter_map do |line|
      JSON.parse(line)
    rescue JSON::ParserError
      nil
    end
  end

  def text_of(path)
    File.open(path, File::RDONLY | File::NOFOLLOW | File::NONBLOCK) { |file| file.stat.file? ? file.read(4 * NAMES).to_s.scrub : "" }
  rescue *FAULTS
    ""
  end

  def about_of(entry)
    read(entry)&.first || { "node" => entry.node }
  rescue StandardError
    { "node" => entry.node }
  end

  def path(entry)
    "#{@folder}/#{entry.name}"
  end

  def asked(entry)
    "#{FOLDER}/asked/#{entry.name}"
  end

  def bytes
    Dir.children(@folder).sum { |name| File.size?("#{@folder}/#{name}").to_i }
  rescue Errno::ENOENT
    0
  end

  # Each interpreter of Puppet Server measures for itself, now and then: that is exact enough. A large spool takes longer.
  def reserve(more)
    if @measure.nil? || now > @measure
      began = now
      @size = bytes
      @measure = now + [MEASURED, 50 * (now - began)].max
    end
    limit = self.class.settings["maxBytes"]
    raise Full, "#{@size / 1024} KiB wait for #{@destination} already" if @size + more > limit

    @size += more
  end

  def now
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end

  # Whole, or not at all; and on the disk, under its name, once it is there.
  def write(path, content)
    unfinished = "#{FOLDER}/unfinished/#{File.basename(path)}-#{SecureRandom.hex(4)}"
    File.open(unfinished, File::WRONLY | File::CREAT | File::EXCL | File::BINARY, 0o600) do |file|
      file.write(content)
      file.fsync
      File.rename(unfinished, path)
      file.fsync
    end
  rescue *FAULTS
    FileUtils.rm_f(unfinished)
    raise
  end
end
