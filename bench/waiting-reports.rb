# waiting-reports.rb COUNT
#
# Has COUNT reports wait on this Puppet server, as if PuppetDB had been away: of a thousand nodes, each with some resources
# that changed. Prints how many bytes they take.
require "/usr/local/lib/puppet-reports/kept"

def report(certname, time)
  stamp = time.iso8601(3)
  resources = Array.new(12) do |number|
    { "skipped" => false, "timestamp" => stamp, "resource_type" => "File", "resource_title" => "/etc/service/#{number}.conf",
      "file" => "/etc/puppetlabs/code/environments/production/modules/service/manifests/init.pp", "line" => number,
      "containment_path" => ["Stage[main]", "Service", "File[/etc/service/#{number}.conf]"], "corrective_change" => false,
      "events" => [{ "new_value" => SecureRandom.hex(32), "corrective_change" => false, "property" => "content", "file" => nil,
                     "old_value" => SecureRandom.hex(32), "line" => nil, "resource_type" => "File", "status" => "success",
                     "resource_title" => "/etc/service/#{number}.conf", "timestamp" => stamp,
                     "message" => "content changed", "name" => "content_changed" }] }
  end
  logs = Array.new(15) do |number|
    { "file" => nil, "line" => nil, "level" => "notice", "message" => "content changed #{SecureRandom.hex(32)}",
      "source" => "/Stage[main]/Service/File[/etc/service/#{number}.conf]/content", "tags" => %w[notice file service class],
      "time" => stamp }
  end
  metrics = Array.new(40) { |number| { "category" => "time", "name" => "part#{number}", "value" => rand } }
  { "certname" => certname, "puppet_version" => "8.10.0", "report_format" => 12, "configuration_version" => "1",
    "start_time" => stamp, "end_time" => stamp, "producer_timestamp" => stamp, "producer" => "bench", "environment" => "bench",
    "transaction_uuid" => SecureRandom.uuid, "catalog_uuid" => SecureRandom.uuid, "code_id" => nil, "job_id" => nil,
    "cached_catalog_status" => "not_used", "status" => "changed", "noop" => false, "noop_pending" => false,
    "corrective_change" => false, "resources" => resources, "metrics" => metrics, "logs" => logs }
end

spool = ReportSpool.for("puppetdb")
Integer(ARGV[0]).times do |number|
  time = Time.now.utc
  node = "waited#{number % 1000 + 1}.example"
  content = report(node, time)
  text = JSON.generate(content)
  about = { "node" => node, "time" => content["producer_timestamp"], "transaction" => content["transaction_uuid"],
            "command" => "store_report", "version" => 8, "bytes" => text.bytesize }
  spool.keep("report", about, PuppetReports.packed(text))
end
puts spool.status["bytes"]
