# frozen_string_literal: true

require "json"
require "net/http"
require_relative "user"

# PuppetDB, queried with the certificate in hdm.yml.
module PuppetDb
  def self.get(path)
    settings = configuration("hdm").fetch("puppet_db")
    pem = settings.fetch("pem")
    uri = URI("#{settings.fetch('server')}/pdb/query/v4/#{path}")
    options = {
      use_ssl: true,
      verify_mode: OpenSSL::SSL::VERIFY_PEER,
      key: OpenSSL::PKey.read(File.read(pem.fetch("key"))),
      cert: OpenSSL::X509::Certificate.new(File.read(pem.fetch("cert"))),
      ca_file: pem.fetch("ca_file")
    }
    response = Net::HTTP.start(uri.host, uri.port, options) { |http| http.get(uri.request_uri) }
    raise "PuppetDB: #{response.code} #{response.body}" unless response.is_a?(Net::HTTPOK)

    JSON.parse(response.body)
  end

  def self.nodes = get("nodes").map { |node| node.fetch("certname") }
end

# The code in config_dir.
module Code
  def self.folder = "#{configuration('hdm').fetch('config_dir')}/environments"
  def self.environments = Dir.children(folder).select { |name| File.directory?("#{folder}/#{name}") }.sort

  # The value of a key in each file of a hierarchy. A path may contain the node's name, and no other variable.
  def self.values(environment, node, key)
    root = "#{folder}/#{environment}"
    hiera = YAML.safe_load_file("#{root}/hiera.yaml")
    hiera.fetch("hierarchy").map do |level|
      paths = level.fetch("paths") { [level.fetch("path")] }.map { |path| path.gsub("%{trusted.certname}", node) }
      files = paths.map { |path| { path:, value: value("#{root}/#{hiera.dig('defaults', 'datadir')}/#{path}", key) } }
      { hierarchy_name: level.fetch("name"), files: }
    end
  end

  def self.value(file, key) = File.exist?(file) ? YAML.safe_load_file(file)[key] : nil
end
