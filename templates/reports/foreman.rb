# Made by pulumi-puppet: change the stack's settings, not this file.
require_relative "client"

# Sends reports to Foreman, which takes long for large ones. Of a report without an answer nobody knows whether it is there,
# and only Foreman's users may look; but Foreman refuses one that it has begun to store. So there is no second try before
# Foreman answers something else, and has then had the time to begin.
class Foreman
  NAME = "Foreman".freeze
  # While one is at work on a large report, others go on.
  WORKERS = 3
  PACE = 0
  # Seconds that Foreman may take for a report.
  LONGEST = 120
  # Seconds for a question.
  SECONDS = 10

  def initialize(settings, spool)
    of_foreman = settings["foreman"]
    @spool = spool
    @reports = Client.new(of_foreman["url"], of_foreman["caFile"], settings, seconds: LONGEST)
    @questions = Client.new(of_foreman["url"], of_foreman["caFile"], settings, seconds: SECONDS)
    @own = File.basename(settings["certificate"], ".pem")
  end

  def deliver(entry, _about, body)
    settle(entry)
    @spool.ask(entry)
    answer = post(entry, body)
    return if taken_before?(answer)

    # A server in front of Foreman says so of one that Foreman may be at work on.
    @spool.unask(entry) unless %w[502 504].include?(answer.code)
    raise_unless_taken(answer, explained(answer))
  end

  # Whether it answers at all.
  def answers
    answer = @questions.get("/node/#{@own}?format=yml")
    raise Away, "it answers #{answer.code}" if Client::NOT_NOW.include?(answer.code)
  end

  private

  def post(entry, body)
    @reports.post("/api/config_reports", body, "Content-Type" => "application/json", "Accept" => "application/json,version=2")
  rescue Unanswered
    raise
  rescue Away
    # It did not get there.
    @spool.unask(entry)
    raise
  end

  # Of a report that was sent and not answered: lets some time go by after Foreman answers again.
  def settle(entry)
    noted = @spool.asked?(entry)
    return if noted.nil?

    if noted.empty?
      answers
      @spool.ask(entry, Time.now.to_i.to_s)
      raise Later, LONGEST
    end
    left = noted.to_i + LONGEST - Time.now.to_i
    # The clock may have been set back.
    raise Later, [left, LONGEST].min if left.positive?
  end

  def taken_before?(answer)
    answer.code == "422" && JSON.parse(answer.body.to_s).dig("error", "errors")&.keys == ["reported_at"]
  rescue JSON::ParserError, TypeError, NoMethodError
    false
  end

  # Foreman's own words, where they are JSON, on one line.
  def explained(answer)
    error = JSON.parse(text_of(answer))
    error = error["error"] || error["message"] if error.is_a?(Hash)
    error = error["message"] || error["full_messages"]&.join(", ") if error.is_a?(Hash)
    error.to_s.tr("\n", " ")[0, 300]
  rescue JSON::ParserError
    answer.message.to_s
  end
end
