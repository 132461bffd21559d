# Made by pulumi-puppet: change the stack's settings, not this file.
# Sends what waits for one destination: the oldest first, and those of a node one after the other.
class Sender
  # Seconds until a destination is tried again that is away.
  PAUSE = 15
  # Seconds until a report is tried again that the destination failed at; and for which it is tried, while others are taken.
  RETRY = 60
  PATIENCE = 3600
  # Seconds between two looks at what waits: where there is nothing else to do, and where there is.
  LOOK = 0.5
  BUSY_LOOK = 30

  # kind:: the class of the destination, of which each thread has its own
  # max_age:: seconds after which what waits is dropped
  def initialize(spool, kind, settings, max_age:)
    @spool = spool
    @kind = kind
    @settings = settings
    @max_age = max_age
    @lock = Mutex.new
    @entries = []
    @looked = @resume = 0
    @busy = {}
    @held = {}
    # When the destination failed at an entry first, and when it took one last.
    @failed = {}
    @taken = 0
    @stopped = false
  end

  # Starts its threads.
  def start
    @threads = Array.new(@kind::WORKERS) do
      Thread.new do
        Thread.current.abort_on_exception = true
        destination = @kind.new(@settings, @spool)
        work(destination) until @stopped
      end
    end
  end

  # Ends once what is on its way has been answered, or after some seconds.
  def stop(seconds)
    @stopped = true
    deadline = now + seconds
    @threads.each { |thread| thread.join([deadline - now, 0].max) }
  end

  private

  def now
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end

  def work(destination)
    entry = take or return sleep(0.2)
    began = now
    begin
      deliver(destination, entry)
    ensure
      @lock.synchronize { @busy.delete(entry.node) }
    end
    sleep([@kind::PACE * (now - began), 1].min)
  rescue *ReportSpool::FAULTS => e
    # Its own disk is full, or cannot be read.
    away(Away.new(e.message))
  end

  # The oldest whose node has none on its way, and is not to wait.
  def take
    @lock.synchronize do
      return if now < @resume

      index = next_index
      if now - @looked > (index ? BUSY_LOOK : LOOK)
        look
        index = next_index
      end
      return if index.nil?

      entry = @entries.delete_at(index)
      @busy[entry.node] = true
      entry
    end
  end

  def next_index
    @entries.index { |entry| !@busy[entry.node] && @held.fetch(entry.node, 0) <= now }
  end

  def look
    @looked = now
    @held.delete_if { |_, until_when| until_when <= @looked }
    oldest = ReportSpool.time(Time.now - @max_age)
    expired, there = @spool.entries.partition { |entry| entry.time < oldest && !@busy[entry.node] }
    drop_expired(expired)
    # Only the newest facts of a node matter.
    newest = there.select { |entry| entry.kind == "facts" }.to_h { |entry| [entry.node, entry] }
    old, @entries = there.partition { |entry| entry.kind == "facts" && newest[entry.node] != entry }
    old.each { |entry| @spool.remove(entry) }
  end

  def drop_expired(entries)
    return if entries.empty?

    entries.each { |entry| @spool.drop(entry, "it has waited for #{@max_age / 3600} hours") }
    reports = entries.count { |entry| entry.kind == "report" }
    warn_of "#{reports} reports for #{@kind::NAME} are dropped, which have waited for #{@max_age / 3600} hours" if reports.positive?
  end

  def deliver(destination, entry)
    about, body = @spool.read(entry)
    # Newer facts have replaced it.
    return if about.nil?

    probe(destination)
    destination.deliver(entry, about, body)
    @spool.remove(entry)
    back(entry)
  rescue Away => e
    away(e)
  rescue Failed => e
    failed(entry, about, "#{@kind::NAME} fails at it: #{e.message}")
  rescue Refused => e
    drop(entry, about, "#{@kind::NAME} does not take it: #{e.message}")
  rescue Later => e
    hold(entry, e.seconds)
  rescue JSON::ParserError, TypeError
    drop(entry, {}, "its file is broken")
  rescue StandardError => e
    failed(entry, about || {}, e.message)
  end

  # One report may be at fault, or the destination: then it fails at others as well, and nothing is dropped.
  def failed(entry, about, reason)
    first = @lock.synchronize { @failed[entry.name] ||= now }
    if now - first > PATIENCE && @taken > first
      drop(entry, about, reason)
    else
      hold(entry, RETRY)
      others = @lock.synchronize { @failed.count { |_, time| time >= @taken } }
      away(Away.new(reason)) if others > 1
    end
  end

  # After one that was not answered, a question comes before the next report.
  def probe(destination)
    return unless @silent

    destination.answers
    @silent = false
  end

  # One line for each outage.
  def away(error)
    @lock.synchronize do
      @resume = now + PAUSE
      # What was taken off the list is the next one again.
      @looked = 0
      @silent = true if error.is_a?(Unanswered) && @kind.method_defined?(:answers)
      warn_of "#{@kind::NAME} takes no reports, #{waiting}: #{error.message}" unless @away
      @away = true
    end
  end

  def back(entry)
    @lock.synchronize do
      @taken = now
      @failed.delete(entry.name)
      puts "<5>#{@kind::NAME} takes reports again, #{waiting}" if @away
      @away = false
    end
  end

  def waiting
    "#{@spool.entries.count { |entry| entry.kind == 'report' }} wait"
  end

  def hold(entry, seconds)
    @lock.synchronize do
      @held[entry.node] = now + seconds
      @looked = 0
    end
  end

  def drop(entry, about, reason)
    @lock.synchronize { @failed.delete(entry.name) }
    warn_of "the #{entry.kind} of #{about['node'] || entry.node} of #{about['time'] || entry.time} is dropped: #{reason}"
    @spool.drop(entry, reason)
  end

  # Nobody else's line ends it, and no other line begins in it.
  def warn_of(text)
    puts "<4>#{text.scrub.gsub(/[[:cntrl:]]/, ' ')}"
  end
end
