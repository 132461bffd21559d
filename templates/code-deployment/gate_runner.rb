# Made by pulumi-puppet: change the stack's settings, not this file.
# What gate.rb starts: reads an environment with Puppet's own parsers, which one process loads once for everything.
# Standard input has the request as JSON. Each line of the output is JSON: the file that is read next, or a fault; the last
# one says that all was read. It is the Ruby of Puppet's package that runs this, so Puppet is a library of it.
require "puppet"
require "puppet/pops"
require_relative "gate_tree"
require_relative "gate_code"
require_relative "gate_data"

$stdout.sync = true

class GateRunner
  include GateCode
  include GateData

  def initialize(request)
    @tree = GateTree.new(request["folder"], request["before"])
    @name = request["environment"]
    @root = "#{request['work']}/environments/#{@name}"
    # Where the keys are that the stack's settings have.
    @keys = request["conf"] && "#{File.dirname(request['conf'])}/eyaml"
    configure(request)
  end

  # How strict Puppet is, and where else it looks for modules, its own configuration says; everything else is put aside.
  def configure(request)
    work = request["work"]
    folders = { confdir: work, vardir: "#{work}/var", environmentpath: "#{work}/environments", codedir: File.dirname(request["environments"]) }
    arguments = folders.flat_map { |setting, folder| ["--#{setting}", folder] }
    arguments += ["--config", request["conf"]] if request["conf"] && File.readable?(request["conf"])
    # Paths would be those of the release otherwise, wherever that is.
    Puppet.initialize_settings(arguments + ["--no-versioned_environment_dirs"])
    # Only now, as that sets another one.
    Puppet.settings.preferred_run_mode = :server
  end

  # Gives the command of `config_version`, or nil.
  def run
    conf = "environment.conf"
    if @tree.exist?(conf) && !@tree.file?(conf)
      fault(conf, nil, "it is no file of the environment")
      return nil
    end
    return nil unless (@environment = environment)

    # What was not read because no module path named it may be of this environment now.
    @everything = @tree.changed?(conf)
    modules = self.modules
    Puppet.override(current_environment: @environment) do
      check_code(modules)
      check_data(modules)
    end
    version = @environment.config_version
    version unless version.to_s.empty?
  end

  def environment
    Puppet.lookup(:environments).get!(@name)
  rescue Puppet::Error => e
    fault("environment.conf", e.respond_to?(:line) ? e.line : nil, reason(e))
    nil
  end

  # The modules that are part of the environment: name => folder. The first one of a name counts.
  def modules
    folders = @environment.full_modulepath.filter_map { |path| inside(path) }
    folders.select { |folder| @tree.directory?(folder) }.each_with_object({}) do |folder, found|
      @tree.glob("*", folder).each do |path|
        name = File.basename(path)
        found[name] ||= path if Puppet::Module.is_module_directory?(name, "#{@root}/#{folder}")
      end
    end
  end

  # A path relative to the environment, or nil if it is somewhere else.
  def inside(path)
    path.to_s.start_with?("#{@root}/") ? path.to_s.delete_prefix("#{@root}/") : nil
  end

  # Of these files those to read: those that agents do not have yet.
  def changed(paths, everything = false)
    paths.select { |path| (@everything || everything || @tree.changed?(path)) && @tree.file?(path) }
  end

  def reading(path)
    say("at" => path)
    yield
  rescue SystemStackError
    fault(path, nil, "it is nested too deeply")
  rescue SystemCallError => e
    fault(path, nil, e.class.name == "Errno::EACCES" ? "the user that deploys may not read it" : e.class.name)
  end

  def fault(path, line, why)
    say("fault" => [path, line, why])
  end

  # Names are bytes, and need not be UTF-8.
  def say(what)
    puts JSON.generate(what.transform_values { |value| scrubbed(value) })
  end

  def scrubbed(value)
    case value
    when Array then value.map { |one| scrubbed(one) }
    when String then value.dup.force_encoding(Encoding::UTF_8).scrub("?")
    else value
    end
  end

  # A message of Puppet's, without the place, which is told apart.
  def reason(error)
    plain(error.respond_to?(:basic_message) ? error.basic_message : error.message)
  end

  def plain(message)
    message.gsub("#{@root}/", "").sub(/\s+\(file: .*\)\z/m, "")
  end
end

begin
  runner = GateRunner.new(JSON.parse($stdin.read))
  version = runner.run
  runner.say("done" => { "version" => version })
rescue StandardError, NoMemoryError => e
  # Without the trace, as the last line is what people get to read.
  abort "#{e.class}: #{e.message.lines.first}"
end
