# Made by pulumi-puppet: change the stack's settings, not this file.
# What a Git server tells of a push, each in its own words: GitHub, Gitea and Forgejo, GitLab, Bitbucket Cloud and
# Bitbucket Data Center, Azure DevOps. Whoever can push chooses what stands in here, so nothing of it is trusted.
require "json"

module Push
  # Nobody can read it: the sender learns of an error.
  class Unreadable < StandardError; end
  # It can be read, and nothing is deployed for it. No error: a Git server sends nothing more after a few of them.
  class Nothing < StandardError
    def initialize(why)
      super("Nothing to deploy: #{why}")
    end
  end

  # A branch that moved or is gone.
  Change = Struct.new(:ref, :deleted)

  # What git check-ref-format --branch refuses in a branch's name.
  NO_BRANCH = %r{[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|\A[-/]|[/.]\z|(?:\A|/)\.|\.lock(?:/|\z)|\A(?:HEAD)?\z}
  # Bytes: a branch is a file for Git.
  LONGEST_BRANCH = 255
  REPOSITORY = %r{\A(?=.{1,200}\z)(?!.*\.\.)[[:alnum:]._~+ -]+(?:/[[:alnum:]._~+ -]+)*\z}
  # What reading puts in the place of bytes that are not UTF-8.
  REPLACED = "\u{FFFD}"
  ZEROS = /\A0+\z/

  module_function

  # events: what the servers' headers name the event; payload: the text of the body.
  # Gives the repository's name and the changes of its branches.
  def read(events, payload)
    body = parse(payload)
    changes = changes_in(event_of(events, body), body)
    branches = changes.filter_map { |ref, deleted| Change.new(ref.delete_prefix("refs/heads/"), deleted) if branch?(ref) }
    raise Nothing, why_none(changes) if branches.empty?

    [repository(body), branches]
  rescue ArgumentError, EncodingError
    # Ruby compares no bytes that are no text.
    raise Unreadable, "The request is not in UTF-8."
  end

  def parse(payload)
    # JSON is in UTF-8, whatever this host's locale says of files.
    body = JSON.parse(payload.dup.force_encoding(Encoding::UTF_8))
    # GitHub's other content type: a form with the JSON in it.
    body = JSON.parse(body["payload"]) if body.is_a?(Hash) && body.keys == ["payload"] && body["payload"].is_a?(String)
    # The webhook passes a list on as "root".
    raise Unreadable, "The request's body is not a JSON object." unless body.is_a?(Hash) && body.keys != ["root"]

    body
  rescue JSON::ParserError
    raise Unreadable, "The request's body is not a JSON object."
  end

  def event_of(events, body)
    # Azure DevOps has no header for it.
    event = events.values.compact.reject(&:empty?).first || body["eventType"]
    raise Unreadable, "The request names no event." unless event.is_a?(String) && !event.empty?
    return event.downcase unless event.downcase == "system hook"

    # A hook of the whole GitLab: its header is the same for everything.
    [body["event_name"], body["object_kind"], event].find { |name| name.is_a?(String) }.downcase
  end

  # [[ref, whether it is gone], ...]
  def changes_in(event, body)
    case event
    when "ping", "diagnostics:ping" then raise Nothing, "the webhook works."
    # Beside it comes a push.
    when "create" then raise Nothing, "what is created is pushed as well."
    when "tag push hook", "tag_push" then raise Nothing, "tags are not environments."
    when "push", "push hook" then [[body["ref"], body["deleted"] == true || zeros?(body["after"])]]
    # GitLab tells a system hook of all branches at once, and may tell of none of them in a push event.
    when "repository_update" then list(body["changes"]).map { |change| [change["ref"], zeros?(change["after"])] }
    when "delete" then [[body["ref_type"] == "branch" ? "refs/heads/#{body['ref']}" : "refs/tags/", true]]
    when "repo:push" then list(body.dig("push", "changes")).map { |change| bitbucket_cloud(change) }
    when "repo:refs_changed" then list(body["changes"]).map { |change| [change.dig("ref", "id"), change["type"] == "DELETE"] }
    when "git.push" then list(body.dig("resource", "refUpdates")).map { |update| [update["name"], zeros?(update["newObjectId"])] }
    else raise Nothing, "the event #{event[0, 40].inspect} is not a push."
    end
  rescue TypeError, NoMethodError
    raise Nothing, "the request is not a push as its Git server documents it."
  end

  def zeros?(commit)
    ZEROS.match?(commit.to_s)
  end

  def bitbucket_cloud(change)
    side = change["new"] || change["old"]
    [side["type"] == "branch" ? "refs/heads/#{side['name']}" : "refs/tags/", change["new"].nil?]
  end

  def list(value)
    raise TypeError unless value.is_a?(Array)

    value
  end

  def branch?(ref)
    return false unless ref.is_a?(String) && ref.start_with?("refs/heads/")

    name = in_utf8(ref.delete_prefix("refs/heads/"))
    name.bytesize <= LONGEST_BRANCH && !name.match?(NO_BRANCH)
  end

  def in_utf8(text)
    raise EncodingError if text.include?(REPLACED)

    text
  end

  def why_none(changes)
    others = changes.map(&:first).grep_v(%r{\Arefs/tags/})
    return "the request names no branch." if changes.empty? || others.any? { |ref| !ref.is_a?(String) }

    others.empty? ? "tags are not environments." : "#{others.first[0, 80].inspect} is not a branch."
  end

  def repository(body)
    of_azure = body.dig("resource", "repository")
    name = body.dig("project", "path_with_namespace") || body.dig("repository", "full_name") ||
           joined(body.dig("repository", "project", "key"), body.dig("repository", "slug")) ||
           (of_azure && joined(of_azure.dig("project", "name"), of_azure["name"]))
    raise TypeError unless name.is_a?(String)
    return name.downcase if in_utf8(name).match?(REPOSITORY)

    raise Nothing, "#{name[0, 80].inspect} is not the name of a repository."
  rescue TypeError, NoMethodError
    raise Nothing, "the request names no repository."
  end

  def joined(*names)
    names.join("/") if names.all?(String)
  end

  # The name of a branch's environment, as the tool makes it: r10k takes the bytes that Git prints, g10k characters.
  def environment(branch, tool)
    (tool == "r10k" ? branch.b : branch).gsub(/\W/, "_").encode(Encoding::UTF_8)
  end
end
