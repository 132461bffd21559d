# report-load.rb URL SECONDS THREADS RATE
#
# Sends reports to PuppetDB, RATE a second from each thread where it takes so many, with the certificate of this host,
# and prints the transaction of each that PuppetDB acknowledged. One that is not acknowledged is not sent again: only
# what was promised counts.
require 'json'
require 'net/http'
require 'openssl'
require 'securerandom'
require 'time'

url, seconds, threads, rate = ARGV
SSL = '/var/lib/puppet/ssl'
HOST = `hostname -f`.chomp

def report(certname, transaction)
  time = Time.now.utc.iso8601(3)
  {
    certname: certname, puppet_version: '8.10.0', report_format: 12, configuration_version: transaction,
    start_time: time, end_time: time, producer_timestamp: time, producer: HOST, environment: 'load',
    transaction_uuid: transaction, catalog_uuid: SecureRandom.uuid, code_id: nil, job_id: nil,
    cached_catalog_status: 'not_used', status: 'unchanged', noop: false, noop_pending: false,
    corrective_change: false, resources: [], metrics: [], logs: []
  }
end

def connection(uri)
  Net::HTTP.new(uri.host, uri.port).tap do |http|
    http.use_ssl = true
    http.ca_file = "#{SSL}/certs/ca.pem"
    http.cert = OpenSSL::X509::Certificate.new(File.read("#{SSL}/certs/#{HOST}.pem"))
    http.key = OpenSSL::PKey.read(File.read("#{SSL}/private_keys/#{HOST}.pem"))
    http.open_timeout = http.read_timeout = 10
  end
end

def send_one(http, certname)
  transaction = SecureRandom.uuid
  body = report(certname, transaction)
  query = URI.encode_www_form('command' => 'store_report', 'version' => 8, 'certname' => certname,
                              'producer-timestamp' => body[:producer_timestamp])
  http.start unless http.started?
  answer = http.post("/pdb/cmd/v1?#{query}", JSON.generate(body), 'Content-Type' => 'application/json')
  transaction if answer.is_a?(Net::HTTPOK) && JSON.parse(answer.body).key?('uuid')
rescue SystemCallError, IOError, Timeout::Error, OpenSSL::SSL::SSLError
  http.finish if http.started?
  nil
end

def now
  Process.clock_gettime(Process::CLOCK_MONOTONIC)
end

ends = now + Float(seconds)
workers = Integer(threads).times.map do |number|
  Thread.new do
    http = connection(URI(url))
    acknowledged = []
    while (began = now) < ends
      transaction = send_one(http, "load#{number}.example.test")
      acknowledged << transaction if transaction
      sleep [1 / Float(rate) - (now - began), 0].max
    end
    acknowledged
  end
end
puts workers.flat_map(&:value)
