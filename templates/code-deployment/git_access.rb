# Made by pulumi-puppet: change the stack's settings, not this file.
# Which key or token is for which repository. Each is for a path on one server, and what is at or below it; the longest
# path counts. Nothing else ever gets it, wherever a Puppetfile, a submodule or a redirect leads.
require "json"
require "shellwords"

module GitAccess
  CONFIGURATION = "/etc/puppet-code"
  KEYS = "#{CONFIGURATION}/.ssh/keys"
  SSH_CONFIG = "#{CONFIGURATION}/.ssh/git_config"
  TOKENS = "/var/lib/puppet-code/.git-credentials"
  # A line of the tokens: user, token, server with its port, and path.
  TOKEN = %r{\Ahttps://([^:@/]*):([^@/]*)@([^/]+)(?:/(.*))?\z}

  module_function

  # words: what Git gives SSH. Gives what SSH gets before them: nothing where the key is the one of this server.
  def ssh_options(words)
    login, command = words.last(2)
    port = words.index("-p")&.then { |at| words[at + 1] } || "22"
    place = { "host" => login.sub(/\A.*@/, "").downcase, "port" => port.to_i }
    keys = JSON.parse(File.read("#{CONFIGURATION}/settings.json"))["deployKeys"] || []
    found = best(keys.select { |key| key.slice("host", "port") == place }, Shellwords.split(command).last.to_s)
    return [] unless found

    # The one before the last rotation is offered after it: the Git server may not have the new one yet.
    key = "#{KEYS}/#{found['name']}"
    ["-F", SSH_CONFIG, "-i", key] + (File.exist?("#{key}.previous") ? ["-i", "#{key}.previous"] : [])
  end

  # asked: what Git asks for, as lines; gives the answer.
  def token(asked)
    wanted = asked.lines.to_h { |line| line.chomp.split("=", 2) }
    return "" unless wanted["protocol"] == "https" && wanted["host"]

    host = wanted["host"].downcase.delete_suffix(":443")
    tokens = File.readlines(TOKENS, chomp: true).filter_map do |line|
      user, token, server, path = TOKEN.match(line)&.captures
      { "path" => plain(path.to_s), "user" => user, "token" => token } if server&.delete_suffix(":443") == host
    end
    found = best(tokens, wanted["path"].to_s)
    found ? "username=#{plain(found['user'])}\npassword=#{plain(found['token'])}\n" : ""
  end

  # The one of the longest path.
  def best(candidates, path)
    wanted = path.gsub(%r{\A/+|/+\z}, "").delete_suffix(".git").downcase
    # A server may make another path of these.
    return if wanted.split("/").any? { |part| %w[. ..].include?(part) }

    candidates.select { |one| one["path"].empty? || "#{wanted}/".start_with?("#{one['path']}/") }.max_by { |one| one["path"].length }
  end

  # Without the escapes of URLs.
  def plain(text)
    text.gsub(/%(\h\h)/) { Regexp.last_match(1).hex.chr }.force_encoding(Encoding::UTF_8)
  end
end
