# Made by pulumi-puppet: change the stack's settings, not this file.
# The control repositories, each as a mirror of its branches on this server. The tools read the mirrors: so one source
# that cannot be reached stops no other, a tag never stands for the branch of its name, and it is known which branches
# are gone.
require "/usr/local/lib/puppet-code/puppet_code"
require "/usr/local/lib/puppet-code/push"

module Sources
  extend PuppetCode

  MIRRORS = "#{PuppetCode::HOME}/mirrors"
  # Sources that are fetched at the same time, and the seconds that each has.
  AT_ONCE = 8
  LONGEST_FETCH = 600
  # An environment's link has another five characters for a moment.
  LONGEST_NAME = 250
  # The environment of agents that name none.
  DEFAULT = "production"

  # A branch: its source, its name, its commit, and the folder that the tool stages it in.
  Branch = Struct.new(:source, :name, :commit, :folder)

  module_function

  # Fetches all sources; gives why some could not be: source => sentence.
  def fetch
    problems = started(all, AT_ONCE) { |source| fetch_one(source) }.call
    all.map { |source| source["name"] }.zip(problems).to_h.compact
  end

  # What there is to deploy, and why some branches cannot be: [environment => Branch, environment => sentence].
  def environments
    found = all.flat_map { |source| branches(source) }.group_by(&:folder)
    faults = found.select { |_, several| several.size > 1 }.to_h { |name, several| [name, collision(name, several)] }
    odd = found.reject { |name, _| name.match?(PuppetCode::NAME) && name.length <= LONGEST_NAME }
    hide(found.slice(*faults.keys, *odd.keys).values.flatten)
    good = found.except(*faults.keys, *odd.keys).transform_values(&:first)
    faults.merge!(odd.keys.to_h { |name| [sentence(name)[0, 80], "no environment can have this name"] })
    [served_as_default(good), served_as_default(faults)]
  end

  # The environment that people mean by a name: a branch that is served as the default has two.
  def environment_of(name)
    name == PuppetCode::SETTINGS["defaultEnvironment"] ? DEFAULT : name
  end

  def all
    PuppetCode::SETTINGS["sources"]
  end

  def mirror(name)
    "#{MIRRORS}/#{name}.git"
  end

  def fetch_one(source)
    made_anew = ready(source)
    code, output = fetched(source)
    if code != 0 && !made_anew && reachable?(source)
      # What is in the way is in the mirror, and it has nothing that the source has not.
      FileUtils.rm_rf(mirror(source["name"]))
      warn "<4>the mirror of #{source['name']} was made anew: #{last_line(output)}"
      ready(source)
      code, output = fetched(source)
    end
    return "#{source['name']}: #{reason(source, output)}" unless code.zero?

    "#{source['name']}: #{source['remote']} has no branches" if branches(source).empty?
  end

  # An empty mirror where there is none; gives whether it made one.
  def ready(source)
    path = mirror(source["name"])
    fresh = git("--git-dir", path, "rev-parse", "--git-dir").first != 0
    if fresh
      FileUtils.rm_rf(path)
      git!("init", "--quiet", "--bare", "--initial-branch=#{DEFAULT}", path)
    end
    git!("--git-dir", path, "config", "remote.origin.url", source["remote"])
    fresh
  end

  def fetched(source)
    git("--git-dir", mirror(source["name"]), "fetch", "--quiet", "--prune", "--no-tags", "--no-write-fetch-head",
        "origin", "+refs/heads/*:refs/heads/*", seconds: LONGEST_FETCH)
  end

  def reachable?(source)
    git("--git-dir", mirror(source["name"]), "ls-remote", "--heads", "origin", seconds: 60).first.zero?
  end

  def branches(source)
    refs, errors, status = Open3.capture3("timeout", "60", "git", "--git-dir", mirror(source["name"]), "for-each-ref",
                                          "--format=%(objectname) %(refname)", "refs/heads/", stdin_data: "")
    # None at all would be removed everywhere.
    raise PuppetCode::Failure, last_line(errors) unless status.success?

    refs.lines.map do |line|
      commit, ref = line.chomp.split(" ", 2)
      name = ref.delete_prefix("refs/heads/")
      Branch.new(source["name"], name, commit, folder(source, name))
    end
  end

  def folder(source, name)
    # What is no text has no name that a person could write.
    return name.scrub("?") unless name.valid_encoding?

    source["prefix"] + Push.environment(name, PuppetCode::SETTINGS["tool"])
  end

  # A tool that saw them would deploy nothing.
  def hide(branches)
    branches.each do |branch|
      git!("--git-dir", mirror(branch.source), "update-ref", "-d", "refs/heads/#{branch.name}")
    end
  end

  def collision(name, several)
    told = several.map { |branch| "#{branch.name} of #{branch.source}" }.join(" and ")
    "not deployed, as #{told} are both #{name}; delete or rename one"
  end

  # One branch serves as the default environment, if a setting says which; a branch of that name is not deployed then.
  def served_as_default(environments)
    name = PuppetCode::SETTINGS["defaultEnvironment"]
    return environments if name == DEFAULT

    environments.except(name, DEFAULT).merge(environments.slice(name).transform_keys(name => DEFAULT))
  end

  def reason(source, output)
    # Its last lines are advice.
    said = sentence(output.lines.grep(/\A(fatal|error):/).first&.strip || last_line(output))
    case output
    # GitHub's word for a key that belongs to another repository.
    when /^.*\(publickey.*$|^ERROR: Repository not found.*$/ then "#{sentence(Regexp.last_match(0).strip.chomp('.'))}; #{key_wanted(source)}"
    when /authentication failed|could not read username/i then "#{said}; set #{token_of(source)} to a token that may read it"
    else said
    end
  end

  def key_wanted(source)
    # The main server's own control repository, of which this host's SSH server decides.
    return "the SSH server of this host refuses this login; deploy the stack again" if source["remote"].include?("@#{PuppetCode::SETTINGS['fqdn']}/")

    name = source["credential"]
    path = "#{PuppetCode::CONFIGURATION}/.ssh/#{name ? "keys/#{name}" : 'id_ed25519'}.pub"
    return "Git denies this server access, which has no key for it; deploy the stack again" unless File.file?(path)

    "Git denies this server access; its deploy key#{" #{name}" if name} is #{File.read(path).strip}"
  end

  def token_of(source)
    source["credential"] ? "puppet:codeDeployment.credentials.#{source['credential']}.token" : "puppet:codeDeployment.token"
  end

  def git(*words, seconds: 60)
    run("git", *words, seconds: seconds, variables: PuppetCode::SETTINGS["variables"])
  end

  def git!(*words)
    code, output = git(*words)
    raise PuppetCode::Failure, last_line(output) unless code.zero?
  end
end
