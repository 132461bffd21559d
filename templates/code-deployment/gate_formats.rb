# Made by pulumi-puppet: change the stack's settings, not this file.
# The formats of data. Messages never quote a file: data holds secrets, and messages are for more people.
module GateFormats
  # Values of a file once each alias stands for what it names, as Puppet copies them.
  MOST_VALUES = 5_000_000

  def check_format(format, path)
    case format
    when :yaml then yaml?(path, @tree.read(path), hash: Puppet[:strict] == :error)
    when :json then check_json(path)
    when :hocon then check_hocon(path)
    end
  end

  # Whether Puppet can read it, and gets a hash where it insists on one; an empty file is none, and fine.
  def yaml?(path, text, hash:)
    data = Puppet::Util::Yaml.safe_load(text, [Symbol])
    why = if values(data) > MOST_VALUES then "its aliases refer to each other without end, or stand for more than #{MOST_VALUES} values"
          elsif hash && data && !data.is_a?(Hash) then "it is no hash"
          end
    fault(path, nil, why) if why
    why.nil?
  rescue Puppet::Util::Yaml::YamlLoadError => e
    cause = e.original
    syntax = cause.is_a?(Psych::SyntaxError)
    fault(path, syntax ? cause.line : nil, syntax ? [cause.problem, cause.context].compact.join(" ") : cause.message)
    false
  end

  # Counts what an alias names only once for each place, however deep; what contains itself has no end.
  def values(data, known = {}.compare_by_identity)
    return 1 unless data.is_a?(Hash) || data.is_a?(Array)
    return known[data] if known.key?(data)

    known[data] = Float::INFINITY
    known[data] = data.is_a?(Hash) ? data.sum { |key, value| values(key, known) + values(value, known) } + 1 : data.sum { |value| values(value, known) } + 1
  end

  def check_json(path)
    text = @tree.read(path)
    fault(path, nil, "it is no hash") unless Puppet::Util::Json.load(text).is_a?(Hash)
  rescue Puppet::Util::Json::ParseError => e
    fault(path, e.message[/line (\d+)/, 1]&.to_i, "it is no JSON")
  end

  def check_hocon(path)
    return unless Puppet.features.hocon?

    require "hocon"
    require "hocon/config_error"
    Hocon.parse(@tree.read(path))
  rescue Hocon::ConfigError => e
    fault(path, e.message[/(?:\A|\s)(\d+):/, 1]&.to_i, "it is no HOCON")
  end
end
