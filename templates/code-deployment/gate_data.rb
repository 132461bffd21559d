# Made by pulumi-puppet: change the stack's settings, not this file.
# What is data in an environment: hiera.yaml of the environment and of modules, the files that its levels name, and the
# modules' metadata. Puppet's own code reads all of it: what that accepts is no fault.
require "pathname"
require_relative "gate_formats"

module GateData
  include GateFormats

  # The functions of levels whose files are understood here.
  FORMATS = { "yaml_data" => :yaml, "eyaml_lookup_key" => :yaml, "json_data" => :json, "hocon_data" => :hocon }.freeze
  FUNCTIONS = Puppet::Pops::Lookup::HieraConfig::FUNCTION_KEYS
  # Options of hiera-eyaml that name a file or a folder with keys.
  KEYS = %w[pkcs7_private_key pkcs7_public_key gpg_gnupghome].freeze
  INTERPOLATION = /%\{[^}]*\}/

  def check_data(modules)
    @checked = {}
    check_hierarchy(".", Puppet::Pops::Lookup::EnvironmentDataProvider.new)
    modules.each do |name, folder|
      check_hierarchy(folder, Puppet::Pops::Lookup::ModuleDataProvider.new(name))
      changed(["#{folder}/metadata.json"]).each { |path| check_metadata(name, folder, path) }
    end
  end

  # Puppet refuses a module whose metadata it cannot read, and with it every catalog.
  def check_metadata(name, folder, path)
    reading(path) { Puppet::Module.new(name, "#{@root}/#{folder}", @environment) }
  rescue Puppet::Module::FaultyMetadata
    check_json(path)
  rescue StandardError => e
    fault(path, nil, reason(e))
  end

  def check_hierarchy(folder, provider)
    path = folder == "." ? "hiera.yaml" : "#{folder}/hiera.yaml"
    anew = @everything || @tree.changed?(path)
    config = hierarchy(path, provider, anew)
    return if config.nil?

    check_names(path, config) if anew
    levels = config["hierarchy"] + config.fetch("default_hierarchy", [])
    levels.each { |level| check_level(path, folder, with_defaults(level, config["defaults"]), anew) }
  end

  # hiera.yaml as Puppet understands it; nil if it does not, or if it is of a version that names files in another way.
  def hierarchy(path, provider, anew)
    return Puppet::Pops::Lookup::HieraConfigV5::DEFAULT_CONFIG_HASH unless @tree.exist?(path)
    return unless @tree.file?(path)

    text = @tree.read(path)
    return if anew && !reading(path) { yaml?(path, text, hash: false) }

    config = configuration(path, Puppet::Util::Yaml.safe_load(text, [Symbol]), provider)
    config.instance_variable_get(:@config) if config&.version == 5
  rescue Puppet::Util::Yaml::YamlLoadError
    nil
  rescue Puppet::Error => e
    fault(path, e.respond_to?(:line) ? e.line : nil, reason(e)) if anew
    nil
  end

  # Of the class for its version, which refuses what it does not know; a file without a hash is of the oldest version.
  def configuration(path, loaded, provider)
    lookup = Puppet::Pops::Lookup
    loaded = lookup::HieraConfigV3::DEFAULT_CONFIG_HASH unless loaded.is_a?(Hash)
    version = (loaded["version"] || loaded[:version] || 3).to_i
    known = { 3 => lookup::HieraConfigV3, 4 => lookup::HieraConfigV4, 5 => lookup::HieraConfigV5 }[version]
    raise Puppet::Error, "version #{version} is none that Puppet knows; write `version: 5`" if known.nil?

    place = Pathname.new("#{@root}/#{path}")
    provider.send(:assert_config_version, known.new(place.parent, place, loaded, provider))
  end

  # Puppet sees this only when it looks something up.
  def check_names(path, config)
    config.values_at("hierarchy", "default_hierarchy").compact.each do |levels|
      names = levels.map { |level| level["name"] }
      twice = names.find { |name| names.count(name) > 1 }
      fault(path, nil, "two levels have the name #{twice}") if twice
    end
  end

  def with_defaults(level, defaults)
    return level if defaults.nil?

    FUNCTIONS.any? { |function| level.key?(function) } ? defaults.except(*FUNCTIONS).merge(level) : defaults.merge(level)
  end

  def check_level(path, folder, level, anew)
    format = FORMATS[level.values_at(*FUNCTIONS).compact.first]
    files = format ? files_of(folder, level) : []
    unchecked = changed(files, anew).reject { |file| @checked[[format, file]] }
    unchecked.each do |file|
      @checked[[format, file]] = true
      reading(file) { check_format(format, file) }
    end
    check_keys(path, level, files, anew) if level["lookup_key"] == "eyaml_lookup_key"
  end

  # Files that a level may name for some node: whatever is interpolated stands for anything.
  def files_of(folder, level)
    datadir = anything(level["datadir"] || "data")
    return [] if Pathname.new(datadir).absolute?

    names = [*level["path"], *level["paths"], *Array(level["mapped_paths"]).drop(2)].map { |name| anything(name) }
    globs = [*level["glob"], *level["globs"]].map { |name| name.gsub(INTERPOLATION, "*") }
    places = datadir.include?("*") ? @tree.glob(datadir, folder) : [Pathname.new(folder).join(datadir).cleanpath.to_s]
    found = places.select { |place| @tree.directory?(place) }.product(names + globs).flat_map { |place, name| @tree.glob(name, place) }
    found.map { |path| Pathname.new(path).cleanpath.to_s }.uniq
  end

  # As a pattern of Dir.glob, in which nothing else of the name is special.
  def anything(name)
    name.split(/(#{INTERPOLATION})/).map { |part| part.match?(INTERPOLATION) ? "*" : part.gsub(/[*?\[\]{}\\]/) { |special| "\\#{special}" } }.join
  end

  # Keys are wanted where there is something to decrypt. Those in a folder that is not for this user may be there.
  def check_keys(path, level, files, anew)
    missing = (level["options"] || {}).slice(*KEYS).select { |_, key| key.is_a?(String) && key.start_with?("/") && !key.match?(INTERPOLATION) && missing?(key) }
    return if missing.empty? || files.none? { |file| (anew || @tree.changed?(file)) && @tree.file?(file) && @tree.read(file).b.include?("ENC[") }

    missing.each { |option, key| fault(path, nil, "#{option} of level #{level['name']} is #{key}, which is not there: #{remedy(key)}") }
  end

  # The key may be where this distribution has keys, and not where another one does.
  def remedy(key)
    given = @keys && "#{@keys}/#{File.basename(key)}"
    given && !missing?(given) ? "write #{given}" : "put the key there on every server, for Puppet Server to read"
  end

  def missing?(key)
    File.stat(key)
    false
  rescue Errno::ENOENT, Errno::ENOTDIR
    true
  rescue SystemCallError
    false
  end
end
