# Made by pulumi-puppet: change the stack's settings, not this file.
# Keeps reports and facts in Puppet Server, and commands for PuppetDB for what would send them itself.
require "/usr/local/lib/puppet-reports/spool"
require "stringio"
require "zlib"

module PuppetReports
  module KeptCommand
    def submit_command(certname, command_name, version, producer_timestamp_utc, &block)
      command = generate_command(certname, command_name, version, producer_timestamp_utc, &block)
      kind = command.command == "store_report" ? "report" : "facts"
      PuppetReports.keep("puppetdb", kind, about_command(command), PuppetReports.packed(command.payload)) do
        # The disk may be full: PuppetDB itself may have room.
        command.submit
      end
    end

    def about_command(command)
      { "node" => command.certname, "time" => command.producer_timestamp_utc.iso8601(3),
        "transaction" => respond_to?(:transaction_uuid) ? transaction_uuid : nil,
        "command" => command.command, "version" => command.version, "bytes" => command.payload.bytesize }
    end
  end

  module_function

  # Keeps a message. If the disk does not take it, does what the block does, which returns whether it could. An agent's run goes
  # on in any case.
  def keep(destination, kind, about, body)
    ReportSpool.for(destination).keep(kind, about, body)
  rescue ReportSpool::Full => e
    refused(destination, kind, about, e.message)
  rescue *ReportSpool::FAULTS => e
    refused(destination, kind, about, e.message) unless block_given? && done? { yield }
  end

  # PuppetDB's own code returns an answer, or nothing where it may fail.
  def done?
    yield
  rescue StandardError
    nil
  end

  def refused(destination, kind, about, reason)
    Puppet.err("the #{kind} of #{about['node']} for #{destination} is dropped: #{reason}")
    spool = ReportSpool.for(destination)
    spool.dropped([spool.named(about, reason)]) if kind == "report"
  end

  def packed(text)
    out = StringIO.new("".b)
    Zlib::GzipWriter.wrap(out, Zlib::BEST_SPEED) { |gzip| gzip.write(text) }
    out.string
  end
end
