# Made by pulumi-puppet: change the stack's settings, not this file.
# What is code in an environment: manifests, functions and types in Puppet's language, templates, and Ruby. Only what
# Puppet loads is read: modules carry tests and examples that need not even parse, and plans are for Bolt.
require "erb"

module GateCode
  # Of each file only so many: what follows from the first fault helps nobody.
  FAULTS_OF_A_FILE = 3

  def check_code(modules)
    check_site
    # The environment has functions and types of its own.
    [nil, *modules.values].each do |folder|
      found = ->(*patterns) { changed(patterns.flat_map { |pattern| @tree.glob(pattern, folder || ".") }) }
      puppet = folder ? %w[manifests functions types] : %w[functions types]
      found.call(*puppet.map { |kind| "#{kind}/**/*.pp" }).each { |path| check_puppet(path, Puppet::Pops::Parser::EvaluatingParser.new) }
      check_ruby_files(found.call("lib/puppet/**/*.rb", "lib/puppet_x/**/*.rb"))
      next if folder.nil?

      found.call("templates/**/*.epp").each { |path| check_puppet(path, Puppet::Pops::Parser::EvaluatingParser::EvaluatingEppParser.new) }
      check_erb(found.call("templates/**/*.erb"))
    end
  end

  # The site's manifest: a file, or all in a folder. Puppet takes a folder named like a manifest for one, and fails.
  def check_site
    manifest = inside(@environment.manifest)
    return if manifest.nil?

    named = @environment.configuration.raw_setting(:manifest)
    if named && !@tree.exist?(manifest) && (@tree.changed?("environment.conf") || @tree.existed?(manifest))
      return fault("environment.conf", nil, "there is no #{manifest}, which `manifest` names")
    end

    files = @tree.directory?(manifest) ? @tree.glob("**/*.pp", manifest) : [manifest]
    files.select { |path| @tree.directory?(path) }.each { |path| fault(path, nil, "it is a folder, which Puppet takes for a manifest") }
    changed(files).each { |path| check_puppet(path, Puppet::Pops::Parser::EvaluatingParser.new) }
  end

  # As Puppet does when it loads the file: the parser first, and then what validates its result.
  def check_puppet(path, parser)
    reading(path) do
      result = parser.parser.parse_string(@tree.read(path), "#{@root}/#{path}")
      errors = result ? parser.validate(result.model).errors : []
      errors.first(FAULTS_OF_A_FILE).each { |error| fault(path, error.source_pos&.line, plain(error.issue.format(error.arguments))) }
    end
  rescue Puppet::ParseError => e
    fault(path, e.line, reason(e))
  rescue ArgumentError, EncodingError
    fault(path, nil, "it is not UTF-8")
  end

  # As the function `template` makes Ruby of it: with a line of its own in front.
  def check_erb(paths)
    paths.each { |path| reading(path) { check_ruby(path, ERB.new(@tree.read(path), trim_mode: "-").src, 0) } }
  end

  # What is no Ruby for this host's Ruby is none for Puppet Server's JRuby either, as that is older. What only a newer Ruby
  # can read is told by compiling, not here.
  def check_ruby_files(paths)
    paths.each { |path| reading(path) { check_ruby(path, @tree.read(path)) } }
  end

  # Compiled, and never run. The message has lines of the source below its first one.
  def check_ruby(path, source, first = 1)
    RubyVM::InstructionSequence.compile(source, path, path, first)
  rescue SyntaxError => e
    line = e.message[/:(\d+): /, 1]
    fault(path, line&.to_i, "it is no Ruby: #{e.message[/\^~* (.+)$/, 1] || e.message.lines.first.sub(/\A.*?:\d+: /, '')}")
  rescue ArgumentError, EncodingError
    fault(path, nil, "its encoding is not the one that it names")
  end
end
