# Made by pulumi-puppet: change the stack's settings, not this file.
# What a Git server tells of a push, each in its own words: GitHub, Gitea and Forgejo, GitLab, Bitbucket Cloud and
# Bitbucket Data Center. Whoever can push chooses what stands in here, so nothing of it is trusted.
require "json"

module Push
  # There is something wrong with it: nothing is deployed, and the sender learns of an error.
  class Refused < StandardError; end
  # There is nothing wrong with it, and nothing to deploy.
  class Nothing < StandardError; end

  # A branch that moved or is gone.
  Change = Struct.new(:ref, :deleted)

  BRANCH = %r{\A[A-Za-z0-9][A-Za-z0-9._/#+-]{0,199}\z}
  ZEROS = /\A0+\z/

  module_function

  # events: what the servers' headers name the event; payload: the text of the body.
  # Gives the repository's name and the changes of its branches.
  def read(events, payload)
    body = parse(payload)
    event = events.values.compact.reject(&:empty?).first or raise Refused, "The request names no event."
    changes = changes_in(event, body).map { |ref, deleted| [branch(ref), deleted] }
    branches = changes.filter_map { |name, deleted| Change.new(name, deleted) if name }
    raise Nothing, "Nothing to deploy: tags are not environments." if branches.empty?

    [repository(body), branches]
  rescue ArgumentError, EncodingError
    # Ruby compares no bytes that are no text.
    raise Refused, "The request is not in UTF-8."
  end

  def parse(payload)
    # JSON is in UTF-8, whatever this host's locale says of files.
    body = JSON.parse(payload.dup.force_encoding(Encoding::UTF_8))
    # GitHub's other content type: a form with the JSON in it.
    body = JSON.parse(body["payload"]) if body.is_a?(Hash) && body.keys == ["payload"] && body["payload"].is_a?(String)
    raise Refused, "The request's body is not a JSON object." unless body.is_a?(Hash) && !body.empty?

    body
  rescue JSON::ParserError
    raise Refused, "The request's body is not a JSON object."
  end

  # [[ref, whether it is gone], ...]
  def changes_in(event, body)
    case event.downcase
    when "ping", "diagnostics:ping" then raise Nothing, "Nothing to deploy: the webhook works."
    # Beside it comes a push.
    when "create" then raise Nothing, "Nothing to deploy: what is created is pushed as well."
    when "tag push hook" then raise Nothing, "Nothing to deploy: tags are not environments."
    when "push", "push hook", "system hook" then [[body["ref"], body["deleted"] == true || ZEROS.match?(body["after"].to_s)]]
    when "delete" then [[body["ref_type"] == "branch" ? "refs/heads/#{body['ref']}" : "refs/tags/", true]]
    when "repo:push" then list(body.dig("push", "changes")).map { |change| bitbucket_cloud(change) }
    when "repo:refs_changed" then list(body["changes"]).map { |change| [change.dig("ref", "id"), change["type"] == "DELETE"] }
    else raise Refused, "The event #{event[0, 40].inspect} is not a push; have the Git server send pushes."
    end
  rescue TypeError, NoMethodError
    raise Refused, "The request is not a push as its Git server documents it."
  end

  def bitbucket_cloud(change)
    side = change["new"] || change["old"]
    [side["type"] == "branch" ? "refs/heads/#{side['name']}" : "refs/tags/", change["new"].nil?]
  end

  def list(value)
    raise TypeError unless value.is_a?(Array)

    value
  end

  # The name of a branch; nil for a tag.
  def branch(ref)
    raise Refused, "The request names no branch." unless ref.is_a?(String)
    return nil if ref.start_with?("refs/tags/")

    name = ref.delete_prefix("refs/heads/")
    return name if ref.start_with?("refs/heads/") && name.match?(BRANCH) && !name.include?("..")

    raise Refused, "#{ref[0, 80].inspect} is not a branch that a push deploys."
  end

  def repository(body)
    name = body.dig("project", "path_with_namespace") || body.dig("repository", "full_name")
    if name.nil?
      of_project = [body.dig("repository", "project", "key"), body.dig("repository", "slug")]
      name = of_project.join("/") if of_project.all?(String)
    end
    raise TypeError unless name.is_a?(String)

    name.downcase
  rescue TypeError, NoMethodError
    raise Refused, "The request names no repository."
  end
end
