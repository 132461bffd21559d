# frozen_string_literal: true

require "webrick"
require_relative "sources"

# HDM's pages and API that tests request, with HDM's own answers for each kind of user.
class Answers < WEBrick::HTTPServlet::AbstractServlet
  def do_GET(request, response)
    case request.path
    when "/login", "/initial_setup" then page(response, request.path)
    when "/" then User.none? ? redirect(response, "/initial_setup") : page(response, "HDM")
    when %r{\A/api/v1/} then api(request, response)
    else logged_in(request, response) { |user| data(user, response) }
    end
  end

  def do_POST(request, response)
    case request.path
    when "/sessions" then log_in(request, response)
    when "/users" then sign_up(request, response)
    else response.status = 404
    end
  end

  private

  # HDM makes its first visitor the administrator.
  def sign_up(request, response)
    return redirect(response, "/login") unless User.none?

    username, password = request.query.values_at("username", "password")
    User.create!(username:, password:, role: "admin", first_name: "First", last_name: "Visitor")
    session(response, username)
    redirect(response, "/")
  end

  def log_in(request, response)
    username, password = request.query.values_at("username", "password").map(&:to_s)
    return response.status = 422 unless User.find_by(username:)&.authenticate(password)

    session(response, username)
    redirect(response, "/")
  end

  def data(user, response)
    return response.status = 403 unless user.role == "regular"

    json(response, environments: Code.environments, nodes: PuppetDb.nodes)
  end

  def api(request, response)
    return response.status = 403 unless api_user(request)

    case request.path
    when "/api/v1/environments" then json(response, Code.environments)
    when "/api/v1/nodes" then json(response, PuppetDb.nodes)
    when %r{\A/api/v1/environments/(\w+)/nodes/([\w.-]+)/keys/([\w:]+)\z}
      json(response, Code.values(*Regexp.last_match.captures))
    else response.status = 404
    end
  end

  def api_user(request)
    credentials = request["Authorization"].to_s[/\ABasic (.+)\z/, 1].to_s.unpack1("m")
    username, password = credentials.split(":", 2)
    User.api.find_by(username: username.to_s)&.authenticate(password)
  end

  # A session is the user's name, signed.
  def session(response, username)
    response["Set-Cookie"] = "_hdm_session=#{username}.#{signature(username)}; path=/; HttpOnly; SameSite=Lax"
  end

  def logged_in(request, response)
    username, signed = request.cookies.find { |cookie| cookie.name == "_hdm_session" }&.value.to_s.split(".")
    user = User.find_by(username: username) if username && OpenSSL.secure_compare(signature(username), signed.to_s)
    return redirect(response, User.none? ? "/initial_setup" : "/login") unless user

    yield user
  end

  def signature(text) = OpenSSL::HMAC.hexdigest("SHA256", ENV.fetch("SECRET_KEY_BASE"), text)

  def redirect(response, path)
    response.status = 302
    response["Location"] = path
  end

  def page(response, text)
    response["Content-Type"] = "text/html"
    response.body = "<h1>A stand-in for HDM: #{text}</h1>\n"
  end

  def json(response, value)
    response["Content-Type"] = "application/json"
    response.body = JSON.generate(value)
  end
end

# Serves until it is stopped.
def serve(address, port)
  server = WEBrick::HTTPServer.new(BindAddress: address, Port: port)
  server.mount("/", Answers)
  trap("TERM") { server.shutdown }
  server.start
end
