# frozen_string_literal: true

require "erb"
require "openssl"
require "securerandom"
require "sqlite3"
require "yaml"

# A configuration file, read as in HDM: as ERB, then as YAML.
def configuration(name)
  YAML.safe_load(ERB.new(File.read("/hdm/config/#{name}.yml")).result).fetch(ENV.fetch("RAILS_ENV"))
end

# A user in the database of database.yml, with the methods of HDM's model that programs for its runner call.
class User
  ROLES = %w[admin regular api].freeze
  NAMES = %w[username role first_name last_name password_digest].freeze

  class << self
    def database
      @database ||= SQLite3::Database.new(configuration("database").fetch("database"), results_as_hash: true)
    end

    def prepare
      database.execute(<<~SQL)
        CREATE TABLE IF NOT EXISTS users (
          username TEXT PRIMARY KEY, role TEXT NOT NULL, first_name TEXT NOT NULL, last_name TEXT NOT NULL,
          password_digest TEXT NOT NULL
        )
      SQL
    end

    def all = database.execute("SELECT * FROM users").map { |row| new(row.slice(*NAMES)) }
    def none? = all.empty?
    # In HDM these are scopes; here, only methods that a list also has are called on them.
    def admins = Users.new(all.select { |user| user.role == "admin" })
    def api = Users.new(all.select { |user| user.role == "api" })
    def find_by(username:) = all.find { |user| user.username == username.strip.downcase }
    def find_by!(username:) = find_by(username:) || raise("Couldn't find User")
    def find_or_initialize_by(username:) = find_by(username:) || new("username" => username.strip.downcase)
    def create!(username:, **values) = new("username" => username.strip.downcase).update!(**values)
  end

  def initialize(values)
    @values = values
  end

  def username = @values["username"]
  def role = @values["role"]

  def update!(password: nil, **values)
    @values.merge!(values.transform_keys(&:to_s))
    @values["password_digest"] = digest(password) if password
    raise "Role is not included in the list" unless ROLES.include?(role)

    marks = NAMES.map { "?" }.join(", ")
    self.class.database.execute("INSERT OR REPLACE INTO users VALUES (#{marks})", @values.values_at(*NAMES))
    self
  end

  def destroy! = self.class.database.execute("DELETE FROM users WHERE username = ?", [username])

  def authenticate(password)
    salt, = @values["password_digest"].split("$")
    OpenSSL.secure_compare(digest(password, salt), @values["password_digest"]) && self
  end

  private

  def digest(password, salt = SecureRandom.hex)
    key = OpenSSL::KDF.pbkdf2_hmac(password, salt:, iterations: 1000, length: 32, hash: "sha256")
    "#{salt}$#{key.unpack1('H*')}"
  end
end

# Users with one role.
class Users < Array
  def exists? = any?
  def find_by(username:) = find { |user| user.username == username.strip.downcase }
end
