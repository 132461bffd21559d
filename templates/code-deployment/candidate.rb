# Made by pulumi-puppet: change the stack's settings, not this file.
# On a compiler: takes a release that is not published yet, and has catalogs compiled from it.
require "/usr/local/lib/puppet-code/puppet_code"
require "socket"

module Candidate
  extend PuppetCode

  SOCKET = "/run/puppet-code-compile.sock"
  CERTNAME = /\A[a-z0-9][a-z0-9._-]{0,254}\z/

  module_function

  # The answer to the main server: "faults", each with a file, a line and a reason; or an "error" that is none of the code's.
  def answer(told)
    wish = JSON.parse(told)
    name, release, nodes = wish.values_at("environment", "release", "nodes")
    known = name?(name, PuppetCode::NAME) && name?(release, PuppetCode::RELEASE) && !release.start_with?(".") &&
            nodes.is_a?(Array) && nodes.all? { |node| name?(node, CERTNAME) }
    raise PuppetCode::Failure, "the main server asked for no release" unless known

    # The next deploy of this host would remove what nobody has published.
    alone(200) { judged(name, release, nodes) }
  rescue StandardError => e
    { "error" => sentence(e.message) }
  end

  def judged(name, release, nodes)
    folder = release_path(name, "release" => release)
    raise PuppetCode::Failure, "release #{release} is here already" if File.directory?(folder)

    take(name, release, nodes, folder)
  end

  def take(name, release, nodes, folder)
    copy("puppet-code@#{PuppetCode::SETTINGS['main']}:#{name}/#{release}.part", name, release, published.dig(name, "release"))
    result = compiled("environment" => name, "release" => release, "nodes" => nodes)
    good = result["faults"] == []
    result
  ensure
    # If it is published, it is here already.
    FileUtils.rm_rf(folder) unless good
  end

  def compiled(wish)
    began = now
    lines = UNIXSocket.open(SOCKET) do |socket|
      socket.write(JSON.generate(wish))
      socket.close_write
      socket.read.scrub.lines.map { |line| JSON.parse(line) }
    end
    error = lines.find { |line| line.key?("error") }
    return { "error" => sentence(error["error"]) } if error

    faults = lines.filter_map { |line| line["fault"] }
    unless lines.last&.key?("done")
      node = lines.reverse.find { |line| line.key?("node") }&.fetch("node")
      return { "error" => "compiling could not be started" } if node.nil?

      faults << [nil, nil, "compiling #{wish['nodes'].size} catalogs was ended after #{(now - began).round} s, at that of #{node}: it takes too long, or too much memory"]
    end
    { "faults" => faults, "seconds" => (now - began).round(2) }
  end
end
